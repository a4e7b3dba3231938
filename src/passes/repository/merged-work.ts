/**
 * What an attempt would make of the branch as it is now: merged by trial and checked out, so that
 * it is judged as it would be merged.
 */
import { cpSync, rmSync } from '../../kernel/files.js';
import { join } from 'node:path';
import { scan } from '../../markdown/scan.js';
import { hashIfThere, readIfPlain } from '../../workspace/file-content.js';
import { decodeUtf8 } from '../../workspace/snapshot.js';
import type { Snapshot, Workspace } from '../../workspace/types.js';
import { walk } from '../../workspace/walk.js';
import type { Difference } from '../reconcile/differences.js';
import { checkOut, deskFolder } from './clone-for-attempt.js';
import { closeDesk, mergeTrees, openDesk, treeOf } from './desk.js';
import type { Attempt } from './difference-of.js';
import { keepAttempt } from './keep-attempt.js';
import { type Conflict, conflictOf } from './conflict.js';
import { headsNow, openOrigin } from './origin.js';

export type MergedWork = {
  /** Git's name of the whole tree. */
  readonly tree: string;
  /** Where its files are, as in a copy: below `PROJECTS/NAME/repo`. */
  readonly folder: string;
  readonly path: string;
  /** Then the files are those of the attempt alone. */
  readonly conflict?: Conflict;
};

export function mergedFolder(state: string, runId: string): string {
  return join(state, 'copies', `${runId}.merged`);
}

/** Keeps what was accepted in the owner's repository. Safe to call again. */
export function mergedWork(
  { clock }: Pick<Workspace, 'clock'>,
  attempt: Attempt,
  accepted: readonly Difference[],
): MergedWork {
  const { state, runId, copy } = attempt;
  const { path, base, repository } = copy.repository;
  const own = accepted.filter(({ isElsewhere }) => isElsewhere === true);
  const hashes = new Map(own.map(({ path: file, after }) => [file, after?.hash]));
  const commit = keepAttempt(attempt, { accepted: hashes, now: clock.now() });
  const origin = openOrigin(repository);
  const desk = openDesk(origin, deskFolder(state, `${runId}.trial`));
  const folder = mergedFolder(state, runId);
  try {
    const theirs = treeOf(desk, commit ?? base);
    const ours = treeOf(desk, headsNow(origin, repository).head);
    const result = mergeTrees(desk, { base: treeOf(desk, base), ours, theirs });
    const tree = result.kind === 'clean' ? result.tree : theirs;
    rmSync(folder, { recursive: true, force: true });
    checkOut(desk, tree, join(folder, path));
    const merged = { tree, folder, path };
    return result.kind === 'clean' ? merged : { ...merged, conflict: conflictOf(desk, result) };
  } finally {
    closeDesk(desk);
  }
}

/** @param folder where the repository is to be. */
export function putMerged({ folder: from, path }: MergedWork, folder: string): void {
  cpSync(join(from, path), folder, { recursive: true, verbatimSymlinks: true });
}

/** The workspace with these files in it. */
export function mergedView(base: Snapshot, merged: MergedWork | undefined): Snapshot {
  if (merged === undefined) return base;
  const { folder, path: inside } = merged;
  const isOurs = (path: string): boolean => path.startsWith(`${inside}/`);
  const place = (path: string): string => join(folder, path);
  const own = walk(folder);
  const bytes = (path: string): Buffer | undefined => {
    if (!isOurs(path)) return base.bytes(path);
    return own.get(path)?.kind === 'file' ? readIfPlain(place(path)) : undefined;
  };
  const text = (path: string): string | undefined => {
    if (!isOurs(path)) return base.text(path);
    const content = bytes(path);
    return content === undefined ? undefined : decodeUtf8(content);
  };
  return {
    ...base,
    files: new Map([...base.files, ...own].sort(([a], [b]) => (a < b ? -1 : 1))),
    bytes,
    text,
    place: (path) => (isOurs(path) ? place(path) : (base.place?.(path) ?? join(base.root, path))),
    hash: (path) => (isOurs(path) ? hashIfThere(place(path)) : base.hash(path)),
    doc(path) {
      const content = isOurs(path) ? text(path) : undefined;
      if (!isOurs(path)) return base.doc(path);
      return content === undefined ? undefined : scan(content);
    },
  };
}
