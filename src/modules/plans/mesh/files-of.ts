/** Files of a project that globs name, by their hashes now. */
import { globMatches } from '../../../kernel/glob.js';
import type { Snapshot } from '../../../workspace/types.js';
import { inProject, inWorkspace } from '../run/project-paths.js';

/** @param globs relative to the project. @returns paths relative to it, with SHA-256. */
export function filesOf(
  snapshot: Snapshot,
  project: string,
  globs: readonly string[],
): Readonly<Record<string, string>> {
  const all = inWorkspace(project, globs);
  const wanted = all.filter((glob) => !glob.startsWith('!'));
  const excluded = all.filter((glob) => glob.startsWith('!')).map((glob) => glob.slice(1));
  const found = [...snapshot.files.keys()].flatMap((path) => {
    const isNamed =
      wanted.some((glob) => globMatches(glob, path)) &&
      !excluded.some((glob) => globMatches(glob, path));
    const hash = isNamed ? snapshot.hash(path) : undefined;
    return hash === undefined ? [] : [[path, hash] as const];
  });
  return inProject(project, Object.fromEntries(found));
}
