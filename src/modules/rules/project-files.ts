/** The files of the workspace, and those of the repository that a project works on elsewhere. */
import { existsSync } from '../../kernel/files.js';
import { NocturneError } from '../../kernel/error.js';
import { blobBytes, type TreeEntry, treeEntries } from '../../passes/repository/desk.js';
import { headsNow, openOrigin } from '../../passes/repository/origin.js';
import { repositoryOf } from '../../passes/repository/repository-record.js';
import { projectDirectory } from '../../project/project-directory.js';
import { within } from '../../workspace/root-descriptor.js';
import type { Snapshot } from '../../workspace/types.js';

export type ProjectFiles = {
  /** Of the project; of the workspace for none. */
  readonly folder: string;
  readonly paths: readonly string[];
  readonly text: (path: string) => string | undefined;
  /** A file or a folder. */
  readonly has: (path: string) => boolean;
};

export function projectFiles(snapshot: Snapshot, project: string | undefined): ProjectFiles {
  const folder = project === undefined ? '' : projectDirectory(snapshot, project);
  const elsewhere = repositoryEntries(snapshot, { project, folder });
  return {
    folder,
    paths: [...snapshot.files.keys(), ...elsewhere.keys()],
    text: (path) => elsewhere.get(path)?.text() ?? snapshot.text(path),
    has: (path) =>
      snapshot.files.has(path) ||
      elsewhere.has(path) ||
      existsSync(within(snapshot.root, path)) ||
      [...elsewhere.keys()].some((other) => other.startsWith(`${path}/`)),
  };
}

type Readable = { readonly text: () => string };

/** As the next attempt finds them, by their paths in it. */
function repositoryEntries(
  snapshot: Snapshot,
  { project, folder }: { readonly project: string | undefined; readonly folder: string },
): ReadonlyMap<string, Readable> {
  const repository = repositoryOf(snapshot, project);
  if (repository === undefined) return new Map();
  try {
    const origin = openOrigin(repository);
    const place = { origin, directory: origin.directory };
    const { head } = headsNow(origin, repository);
    const read = ({ id }: TreeEntry): string => blobBytes(place, id).toString('utf8');
    const files = treeEntries(place, head).filter(({ kind }) => kind === 'file');
    return new Map([
      [`${folder}/repo/.git`, { text: () => '' }],
      ...files.map(
        (entry) =>
          [`${folder}/repo/${entry.path.toString('utf8')}`, { text: () => read(entry) }] as const,
      ),
    ]);
  } catch (error) {
    // No attempt begins on it either.
    if (error instanceof NocturneError) return new Map();
    throw error;
  }
}
