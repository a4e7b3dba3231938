/** What a task begins with: its specification and the files of its project, signed by its owner. */
import { sha256 } from '../../../kernel/hash.js';
import { projectDirectory } from '../../../project/project-directory.js';
import { findSecrets } from '../../../validate/find-secrets.js';
import type { Snapshot } from '../../../workspace/types.js';
import type { Identity } from '../identity.js';
import type { TaskSpec } from '../tasks/task.js';
import type { TaskPage } from '../tasks/task-page.js';
import { TASK_ID } from '../tasks/validate.js';
import { type KeyOf, readSigned, signValue } from '../wire/jws.js';
import { BANDS } from '../wire/names.js';
import { MeshRefusal } from '../wire/refusal.js';
import type { TaskPackage } from './change-set.js';
import { pathClash, pathProblem } from './safe-path.js';

/** Bytes of all files of a package, and of one of them. */
const LARGEST_PACKAGE = 64 * 1024 * 1024;
/** The text of a package: in base64 twice, and names. */
export const LONGEST_PACKAGE = 2 * LARGEST_PACKAGE;
const LARGEST_FILE = 16 * 1024 * 1024;
/** The clone of a repository, which has its own history. */
const NOT_PACKED = /^repo\//;

export type LeftOut = {
  readonly path: string;
  readonly why: 'hidden' | 'name' | 'link' | 'repository' | 'large' | 'secret';
};
/** `text`: as signed. `hash`: its SHA-256, the name in the object store. */
export type Packed = {
  readonly text: string;
  readonly hash: string;
  readonly leftOut: readonly LeftOut[];
};

/**
 * Files of the project's folder. Others are left out and named.
 * @throws MeshRefusal `too-large`, `malformed` for names that differ only by case.
 */
export function packTask(
  snapshot: Snapshot,
  { project, spec }: Pick<TaskPage, 'project' | 'spec'>,
  identity: Pick<Identity, 'node' | 'key'>,
): Packed {
  const folder = `${projectDirectory(snapshot, project)}/`;
  const leftOut: LeftOut[] = [];
  const files: TaskPackage['files'][number][] = [];
  let size = 0;
  for (const entry of snapshot.files.values()) {
    if (!entry.path.startsWith(folder)) continue;
    const path = entry.path.slice(folder.length);
    const bytes = entry.size > LARGEST_FILE ? undefined : snapshot.bytes(entry.path);
    const why = whyLeftOut(path, entry.kind, bytes);
    if (why !== undefined || bytes === undefined) {
      leftOut.push({ path, why: why ?? 'large' });
      continue;
    }
    size += bytes.length;
    if (size > LARGEST_PACKAGE)
      throw new MeshRefusal(
        'too-large',
        `${folder} has more than ${LARGEST_PACKAGE / 1024 / 1024} MiB; a task cannot carry more`,
      );
    files.push({ path, mode: modeOf(entry.mode), content: bytes.toString('base64') });
  }
  const clash = pathClash(files.map(({ path }) => path));
  if (clash !== undefined)
    throw new MeshRefusal('malformed', `${clash.join(' and ')} are one name on some machines`);
  const body: TaskPackage = { owner: identity.node, spec, files };
  const text = signValue('package', identity, body);
  return { text, hash: sha256(text), leftOut };
}

/** @param expected as the signed record of the task says. @throws MeshRefusal */
export function openPackage(
  text: string,
  expected: { readonly owner: string; readonly task: string; readonly hash: string },
  keyOf: KeyOf,
): TaskPackage {
  const { owner, task, hash } = expected;
  if (text.length > LONGEST_PACKAGE)
    throw new MeshRefusal('too-large', `a package of ${text.length} bytes`);
  if (sha256(text) !== hash)
    throw new MeshRefusal('forged', `the package of ${task} has another hash`);
  const { from, body } = readSigned('package', text, keyOf);
  const made = body as Partial<TaskPackage> | null;
  if (from !== owner || made?.owner !== owner || made.spec?.task !== task)
    throw new MeshRefusal('forged', `${from} signed no package of ${task}`);
  if (!isTaskSpec(made.spec))
    throw new MeshRefusal('malformed', `the package of ${task} does not say what is to be done`);
  if (!Array.isArray(made.files))
    throw new MeshRefusal('malformed', `the package of ${task} has no files`);
  for (const file of made.files) {
    const problem = pathProblem(file?.path);
    if (problem !== undefined || typeof file?.content !== 'string')
      throw new MeshRefusal('malformed', `the package of ${task}: ${problem ?? 'no content'}`);
  }
  const clash = pathClash(made.files.map(({ path }) => path));
  if (clash !== undefined)
    throw new MeshRefusal('malformed', `the package of ${task} has ${clash.join(' and ')}`);
  return made as TaskPackage;
}

/** Units are made of it, and one that cannot be made would keep all others from being offered. */
function isTaskSpec(spec: Partial<Readonly<Record<keyof TaskSpec, unknown>>>): spec is TaskSpec {
  const { task, title, objective, band, criteria, budget } = spec;
  const lists = [spec.tags, spec.writes, spec.produces];
  return (
    TASK_ID.test(String(task)) &&
    typeof title === 'string' &&
    typeof objective === 'string' &&
    BANDS.some((known) => known === band) &&
    Array.isArray(criteria) &&
    typeof budget === 'object' &&
    budget !== null &&
    lists.every((list) => Array.isArray(list) && list.every((each) => typeof each === 'string'))
  );
}

/** Of a file that comes along: executable or not. */
export function modeOf(mode: number): number {
  return (mode & 0o100) === 0 ? 0o644 : 0o755;
}

function whyLeftOut(
  path: string,
  kind: 'file' | 'symlink' | 'other',
  bytes: Buffer | undefined,
): LeftOut['why'] | undefined {
  if (kind !== 'file') return 'link';
  if (NOT_PACKED.test(path)) return 'repository';
  if (path.split('/').some((part) => part.startsWith('.'))) return 'hidden';
  if (pathProblem(path) !== undefined) return 'name';
  if (bytes === undefined) return 'large';
  return findSecrets(bytes.toString('latin1')).length > 0 ? 'secret' : undefined;
}
