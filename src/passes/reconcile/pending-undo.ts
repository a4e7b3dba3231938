/**
 * Changes of passes that could not be undone, in the state directory: the disk was full, or a file
 * could not be written. Each pass tries again, before the gate.
 */
import { join } from 'node:path';
import { messageOf } from '../../kernel/error.js';
import { lstatSync, readlinkSync, rmSync } from '../../kernel/files.js';
import { withCommitMutex } from '../../workspace/mutex.js';
import { hashIfThere } from '../../workspace/file-content.js';
import { restoreFiles } from '../../workspace/restore.js';
import { within } from '../../workspace/root-descriptor.js';
import type { StoredEntry } from '../../workspace/snapshot-tree.js';
import { readJson, writeJsonDurably } from '../../workspace/state-home.js';
import type { Workspace } from '../../workspace/types.js';
import { keptDirectory } from './kept-directory.js';

/** `wanted`: `null` if nothing was there. `left`: what the pass left, by content. */
type PendingUndo = {
  readonly runId: string;
  readonly path: string;
  readonly wanted: StoredEntry | null;
  readonly left: string;
};
/** `problem`: why it still cannot be undone. */
export type RetriedUndo = {
  readonly runId: string;
  readonly path: string;
  readonly problem?: string;
};

export function notePendingUndo(
  { root, state }: Workspace,
  runId: string,
  failed: readonly (readonly [path: string, wanted: StoredEntry | undefined])[],
): void {
  if (failed.length === 0) return;
  const paths = new Set(failed.map(([path]) => path));
  const added = failed.map(
    ([path, wanted = null]): PendingUndo => ({ runId, path, wanted, left: presentAt(root, path) }),
  );
  withCommitMutex(root, () => {
    const others = pendingUndos(state).filter(({ path }) => !paths.has(path));
    writeJsonDurably(pathOf(state), [...others, ...added]);
  });
}

export function pendingUndos(state: string): readonly PendingUndo[] {
  return readJson<readonly PendingUndo[]>(pathOf(state)) ?? [];
}

const UNREADABLE = 'unreadable';

/**
 * Leaves alone what is different by now: somebody else has put it right, or works on it. Of what
 * could not be read then, or cannot now, nobody knows; restoring keeps the replaced version.
 */
export function retryUndo(workspace: Workspace): readonly RetriedUndo[] {
  if (pendingUndos(workspace.state).length === 0) return [];
  return withCommitMutex(workspace.root, () => retryAll(workspace));
}

function retryAll({ root, state }: Workspace): readonly RetriedUndo[] {
  const pending = pendingUndos(state);
  const open = pending.filter(({ path, left }) => {
    const present = left === UNREADABLE ? left : presentAt(root, path);
    return present === left || present === UNREADABLE;
  });
  const problems = new Map<string, string>();
  for (const { runId, path, wanted } of open)
    restoreFiles(root, [[path, wanted ?? undefined]], {
      keepIn: keptDirectory(runId),
      onFailure: (failed, error) => void problems.set(failed, messageOf(error)),
    });
  const still = open.filter(({ path }) => problems.has(path));
  if (still.length > 0) writeJsonDurably(pathOf(state), still);
  else rmSync(pathOf(state), { force: true });
  return open.map(({ runId, path }): RetriedUndo => {
    const problem = problems.get(path);
    return problem === undefined ? { runId, path } : { runId, path, problem };
  });
}

/** A file by its hash; anything else by what it is. */
function presentAt(root: string, path: string): string {
  const place = within(root, path);
  try {
    const stats = lstatSync(place, { throwIfNoEntry: false });
    if (stats === undefined) return 'missing';
    if (stats.isSymbolicLink()) return `link ${readlinkSync(place)}`;
    return stats.isFile() ? (hashIfThere(place) ?? UNREADABLE) : 'special';
  } catch {
    return UNREADABLE;
  }
}

function pathOf(state: string): string {
  return join(state, 'pending-undo.json');
}
