/** Changes any number of files at once: wholly or not at all, whatever happens in between. */
import { lstatSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { defined } from '../kernel/defined.js';
import { NocturneError } from '../kernel/error.js';
import { readAnchors } from './anchors.js';
import { applyEntry } from './apply-entry.js';
import type { Conflict } from './conflicts.js';
import { type Failpoint, noFailpoint } from './durable.js';
import { encodeEntry, type Entry, entryOp, type EntryOp, journalKey } from './journal-entry.js';
import { isJournalEmpty, writeEntry } from './journal-files.js';
import { checkWriter } from './pass-lock.js';
import { withCommitMutex } from './mutex.js';
import { assertWritablePath, observe } from './observe.js';
import { recover, type Recovery } from './recover.js';
import { within } from './root-descriptor.js';
import { onFiles } from './storage-error.js';
import type { StorageOp } from './storage-types.js';

/**
 * Who and why, kept in the entry for whoever has to finish it. With `fence`, only the pass that
 * holds the lease may commit.
 */
export type TransactMeta = {
  readonly runId: string;
  readonly reason: string;
  readonly actor?: string;
  readonly fence?: number;
  readonly failpoint?: Failpoint;
};
export type TransactResult = {
  readonly txid: string;
  readonly files: readonly {
    readonly path: string;
    readonly before: string | undefined;
    readonly after: string | undefined;
  }[];
  /**
   * Files whose owner saved them while the transaction was being carried out: theirs is in place,
   * ours is kept beside.
   */
  readonly conflicts: readonly Conflict[];
  /** What had to be finished first, when a process died before. */
  readonly recovered: Recovery | undefined;
};

/**
 * Checks that every file is as the operations were computed from, then writes one journal entry
 * (from that moment on the change will
 * happen, whoever dies), carries it out and removes it. Takes the commit mutex unless the caller
 * holds it.
 *
 * Cost: two flushes for the entry and its name, one per file, one per directory, one for the
 * anchors, one for the end of the entry.
 * Measured on ext4, five files of 5 kB: 1.5 times the bare write, fsync and rename of the same
 * files; with two logs besides, 1.9 times.
 *
 * @throws NocturneError `CONFLICT` (naming the files; nothing changed: compute again),
 * `LEASE_LOST`, `REFUSED` (path), `STORAGE` (disk; nothing changed), `LOCKED`, `GATE` (see
 * `recover`).
 */
export function transact(
  root: string,
  state: string,
  ops: readonly StorageOp[],
  meta: TransactMeta,
): TransactResult {
  return withCommitMutex(root, () =>
    onFiles(root, 'change', () => transactHeld(root, state, { ops, meta })),
  );
}

function transactHeld(
  root: string,
  state: string,
  { ops, meta }: { readonly ops: readonly StorageOp[]; readonly meta: TransactMeta },
): TransactResult {
  const failpoint = meta.failpoint ?? noFailpoint;
  const recovered = isJournalEmpty(root) ? undefined : recover(root, state);
  if (meta.fence !== undefined) checkWriter(root, meta.fence);
  const all = ops.map(entryOp);
  check(root, all);
  const txid = `tx-${randomBytes(8).toString('hex')}`;
  const files = all.map((op) => ({
    path: op.path,
    before: op.kind === 'append' ? undefined : op.before,
    after: op.kind === 'write' ? op.after : undefined,
  }));
  const needed = all.filter(
    (op) => op.kind !== 'write' || op.after !== op.before || op.mode !== undefined,
  );
  if (needed.length === 0) return { txid, files, conflicts: [], recovered };
  const entry: Entry = {
    txid,
    runId: meta.runId,
    reason: meta.reason,
    base: readAnchors(state).logs,
    ops: needed,
  };
  failpoint('checked');
  const file = writeEntry(root, { txid, bytes: encodeEntry(entry, journalKey(state)), failpoint });
  return {
    txid,
    files,
    conflicts: applyEntry({ root, state, entry, file, again: false, failpoint }),
    recovered,
  };
}

/** Every file as it was when the operations were computed, or `CONFLICT` with all that are not. */
function check(root: string, ops: readonly EntryOp[]): void {
  const seen = new Set<string>();
  const changed: string[] = [];
  for (const op of ops) {
    if (seen.has(op.path))
      throw new NocturneError('INTERNAL', `two operations of one transaction on ${op.path}`, {
        file: op.path,
      });
    seen.add(op.path);
    assertWritablePath(root, op.path);
    const problem =
      op.kind === 'append'
        ? logProblem(within(root, op.path), op.offset)
        : contentProblem(within(root, op.path), op.before);
    if (problem !== undefined) changed.push(`${op.path} ${problem}`);
  }
  if (changed.length === 0) return;
  const first = changed[0]?.slice(0, changed[0].indexOf(' '));
  throw new NocturneError('CONFLICT', `changed since it was read: ${changed.join('; ')}`, {
    ...defined({ file: first }),
    hint: 'nothing was written; compute the change again from the files as they are',
  });
}

function contentProblem(path: string, before: string | undefined): string | undefined {
  const now = observe(path);
  if (now.kind === 'special') return 'is no regular file any more';
  if (now.kind === 'missing') return before === undefined ? undefined : 'was deleted';
  if (before === undefined) return 'was created by somebody else';
  return now.hash === before ? undefined : 'was edited';
}

function logProblem(path: string, offset: number): string | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return offset === 0 ? undefined : 'was deleted';
  if (!stats.isFile()) return 'is no regular file any more';
  return stats.size === offset ? undefined : `has ${stats.size} bytes instead of ${offset}`;
}
