/** What a task begins with: its specification and the files of its project, signed by its owner. */
import { posix } from 'node:path';
import { defined } from '../../../kernel/defined.js';
import { sha256 } from '../../../kernel/hash.js';
import { projectDirectory } from '../../../project/project-directory.js';
import type { Snapshot } from '../../../workspace/types.js';
import type { Identity } from '../identity.js';
import type { TaskPage } from '../tasks/task-page.js';
import { type KeyOf, readSigned, signValue } from '../wire/jws.js';
import { MeshRefusal } from '../wire/refusal.js';
import type { TaskPackage } from './change-set.js';

/** `text`: as signed. `hash`: its SHA-256, the name in the object store. */
export type Packed = { readonly text: string; readonly hash: string };

export function packTask(
  snapshot: Snapshot,
  page: Pick<TaskPage, 'project' | 'spec'>,
  identity: Pick<Identity, 'node' | 'key'>,
): Packed {
  const folder = `${projectDirectory(snapshot, page.project)}/`;
  const files = [...snapshot.files.values()].flatMap(({ path, mode, kind }) => {
    if (kind !== 'file' || !path.startsWith(folder)) return [];
    const content = snapshot.bytes(path)?.toString('base64');
    return content === undefined
      ? []
      : [{ path: posix.relative(folder, path), mode: mode & 0o777, content }];
  });
  const body: TaskPackage = { owner: identity.node, spec: page.spec, files };
  const text = signValue('package', identity, body);
  return { text, hash: sha256(text) };
}

/** @throws MeshRefusal if it is not what `expected` says. */
export function openPackage(
  text: string,
  expected: { readonly owner: string; readonly task: string; readonly hash: string },
  keyOf: KeyOf,
): TaskPackage {
  if (sha256(text) !== expected.hash)
    throw new MeshRefusal('forged', `the package of ${expected.task} has another hash`);
  const { from, body } = readSigned('package', text, keyOf);
  const packed = body as Partial<TaskPackage> | null;
  const isOf =
    from === expected.owner &&
    packed?.owner === expected.owner &&
    packed.spec?.task === expected.task;
  if (!isOf || !Array.isArray(packed?.files))
    throw new MeshRefusal('forged', `${from} signed no package of ${expected.task}`);
  return defined(packed) as TaskPackage;
}
