/**
 * The accepted changes of an attempt as one commit, brought into the owner's repository under the
 * run's own ref. The agent's commits, messages and objects stay behind.
 */
import { join } from 'node:path';
import { NocturneError } from '../../kernel/error.js';
import { hashIfThere } from '../../workspace/file-content.js';
import { deskFolder } from './clone-for-attempt.js';
import {
  addFiles,
  changedTree,
  closeDesk,
  type Desk,
  makeCommit,
  openDesk,
  packOf,
  treeOf,
} from './desk.js';
import { type Attempt, changesAt } from './difference-of.js';
import type { FolderChange } from './folder-changes.js';
import { addObjects, dropRunRef, openOrigin, setRunRef } from './origin.js';

type Accepted = ReadonlyMap<string, string | undefined>;

/**
 * Safe to call again. @param accepted the hash of each path in the workspace as it was judged;
 * nothing for what is gone.
 * @returns the commit; `undefined` if nothing is left, and then the ref is gone.
 * @throws NocturneError `UNREADABLE` if a file has changed since it was judged.
 */
export function keepAttempt(
  attempt: Attempt,
  { accepted, now }: { readonly accepted: Accepted; readonly now: Date },
): string | undefined {
  const { state, runId, copy } = attempt;
  const { path: inside, base, repository } = copy.repository;
  const origin = openOrigin(repository);
  const desk = openDesk(origin, deskFolder(state, `${runId}.keep`));
  try {
    const changes = changesAt(desk, attempt).filter(
      ({ path, isIgnored }) => accepted.has(`${inside}/${path}`) && !isIgnored,
    );
    const folder = join(copy.folder, inside);
    const tree = treeWith(desk, { base, folder, changes });
    const moved = changes.find(
      ({ path }) => hashIfThere(join(folder, path)) !== accepted.get(`${inside}/${path}`),
    );
    if (moved !== undefined)
      throw new NocturneError('UNREADABLE', `${moved.path} changes while it is judged`);
    if (tree === treeOf(desk, base)) {
      dropRunRef(origin, runId);
      return undefined;
    }
    const message = `${attemptMark(runId)}\n`;
    const commit = makeCommit(desk, { tree, parents: [base], message, now });
    const release = addObjects(origin, packOf(desk, commit, [base]));
    setRunRef(origin, runId, commit);
    release();
    return commit;
  } finally {
    closeDesk(desk);
  }
}

/** The message of the commit at the run's ref, once there is one. */
export function attemptMark(runId: string): string {
  return `Attempt ${runId}`;
}

function treeWith(
  desk: Desk,
  {
    base,
    folder,
    changes,
  }: { readonly base: string; readonly folder: string; readonly changes: readonly FolderChange[] },
): string {
  const gone = changes.filter(({ kind }) => kind === 'deleted');
  const put = changes.filter(({ kind }) => kind === 'added' || kind === 'changed');
  const ids = addFiles(
    desk,
    put.map(({ path }) => join(folder, path)),
  );
  return changedTree(desk, base, [
    ...gone.map(({ path }) => ({ path, mode: '', id: '' })),
    ...put.map(({ path, after }, i) => ({ path, mode: after?.mode ?? '', id: ids[i] ?? '' })),
  ]);
}
