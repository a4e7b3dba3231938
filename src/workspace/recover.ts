/** Recovers after a crash: finishes committed transactions, discards others, cuts torn logs. */
import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
} from '../kernel/files.js';
import { basename, dirname, join } from 'node:path';
import { NocturneError } from '../kernel/error.js';
import { sha256 } from '../kernel/hash.js';
import {
  type AnchoredLogs,
  type Anchors,
  clearPending,
  readAnchors,
  sameAnchor,
  writeAnchors,
} from './anchors.js';
import { applyEntry } from './apply-entry.js';
import type { Conflict } from './conflicts.js';
import {
  type Failpoint,
  makeDirectory,
  noFailpoint,
  removeIfThere,
  TEMP_PREFIX,
  writeFileDurably,
} from './durable.js';
import { anchorAfter, decodeEntry, type Entry, findJournalKey } from './journal-entry.js';
import { clearJournal, committedEntries, isJournalEmpty } from './journal-files.js';
import { clearCrashMark, crashMarked, withCommitMutex } from './mutex.js';
import { listIfThere } from './read-if-there.js';
import { within } from './root-descriptor.js';
import { onFile, onFiles } from './storage-error.js';
import type { Anchor } from './storage-types.js';
import { walk } from './walk.js';

export type Recovery = {
  /** Committed transactions of dead processes, now carried out. */
  readonly finished: readonly {
    readonly txid: string;
    readonly runId: string;
    readonly reason: string;
    readonly files: readonly string[];
  }[];
  /** How many transactions were not committed when their process died. */
  readonly discarded: number;
  readonly conflicts: readonly Conflict[];
  /** Incomplete rows at the end of logs after an announced append: cut off and stored. */
  readonly torn: readonly {
    readonly path: string;
    readonly bytes: number;
    readonly kept: string;
  }[];
  /** Removed temporary files of dead processes. */
  readonly temporaries: readonly string[];
};

const NOTHING: Recovery = { finished: [], discarded: 0, conflicts: [], torn: [], temporaries: [] };

/**
 * Idempotent, and cheap if there is nothing to do. After a process died holding the mutex, it also
 * removes temporary files from the workspace.
 * @throws NocturneError `GATE` for a journal entry that cannot be trusted, which stays; `STORAGE`,
 * `LOCKED`.
 */
export function recover(
  root: string,
  state: string,
  options: { readonly failpoint?: Failpoint } = {},
): Recovery {
  if (!isSuspicious(root, state)) return NOTHING;
  return withCommitMutex(root, () =>
    onFiles(root, 'recover', () => recoverHeld(root, state, options.failpoint ?? noFailpoint)),
  );
}

function recoverHeld(root: string, state: string, failpoint: Failpoint): Recovery {
  const crashed = crashMarked(root);
  const entries = committedEntries(root).map((file) => trusted(state, file));
  const announced = new Set(Object.keys(readAnchors(state).pending?.logs ?? {}));
  const conflicts = entries.flatMap(({ entry, file }) =>
    applyEntry({ root, state, entry, file, again: true, failpoint }),
  );
  const discarded = clearJournal(root);
  failpoint('journal empty');
  resolvePending(root, state);
  failpoint('pending anchors resolved');
  const torn = cutTornTails(root, readAnchors(state).logs, announced);
  failpoint('torn logs cut');
  const temporaries = crashed ? sweep(root, state) : [];
  if (crashed) clearCrashMark(root);
  const finished = entries.map(({ entry }) => ({
    txid: entry.txid,
    runId: entry.runId,
    reason: entry.reason,
    files: entry.ops.map((op) => op.path),
  }));
  return { finished, discarded, conflicts, torn, temporaries };
}

function isSuspicious(root: string, state: string): boolean {
  if (!isJournalEmpty(root) || crashMarked(root)) return true;
  return readAnchors(state).pending !== undefined;
}

/** Reads an entry, and checks that Nocturne wrote it for the current state of the logs. */
function trusted(state: string, file: string): { readonly entry: Entry; readonly file: string } {
  const decoded = decodeEntry(
    onFile(file, 'read', () => readFileSync(file)),
    findJournalKey(state),
  );
  if (typeof decoded === 'string') throw distrust(file, decoded);
  if (!fitsAnchors(decoded, anchorsFor(state, decoded)))
    throw distrust(file, 'it was written for another state of the logs');
  return { entry: decoded, file };
}

/** The anchors, restored from the entry if a power cut damaged them. */
function anchorsFor(state: string, entry: Entry): Anchors {
  try {
    return readAnchors(state);
  } catch (error) {
    if (!(error instanceof NocturneError) || error.code !== 'GATE') throw error;
    writeAnchors(state, { version: 1, logs: entry.base });
    return readAnchors(state);
  }
}

function distrust(file: string, problem: string): NocturneError {
  return new NocturneError(
    'GATE',
    `the journal entry ${basename(file)} cannot be trusted: ${problem}`,
    {
      file,
      hint: 'nothing was changed. If Nocturne was interrupted here, restore the workspace and its state directory from the same backup. Otherwise find out who wrote this file, and move it away',
    },
  );
}

function fitsAnchors(entry: Entry, { logs }: Anchors): boolean {
  const after = new Map(
    entry.ops.flatMap((op) => (op.kind === 'append' ? [[op.path, anchorAfter(op)] as const] : [])),
  );
  const paths = new Set([...Object.keys(logs), ...Object.keys(entry.base)]);
  return [...paths].every(
    (path) => sameAnchor(logs[path], entry.base[path]) || sameAnchor(logs[path], after.get(path)),
  );
}

/** Anchors the logs whose announced append happened, and clears the announcement. */
function resolvePending(root: string, state: string): void {
  const { logs, pending } = readAnchors(state);
  if (pending === undefined) return;
  const reached = Object.entries(pending.logs).filter(
    ([path, anchor]) => !sameAnchor(logs[path], anchor) && endsAt(within(root, path), anchor),
  );
  if (reached.length > 0)
    writeAnchors(state, { version: 1, logs: { ...logs, ...Object.fromEntries(reached) } });
  clearPending(state);
}

function endsAt(path: string, anchor: Anchor): boolean {
  if (sizeOf(path) !== anchor.bytes) return false;
  return new RegExp(`(?:\\|\\s*${anchor.head}\\s*\\||"chain":"${anchor.head}"\\})\\s*$`).test(
    readEnd(path, Math.max(0, anchor.bytes - 256)).toString('utf8'),
  );
}

/** Only after an announced append: other bytes at the end of a log are for the gate to report. */
function cutTornTails(
  root: string,
  logs: AnchoredLogs,
  announced: ReadonlySet<string>,
): Recovery['torn'] {
  return Object.entries(logs).flatMap(([path, anchor]) => {
    const file = within(root, path);
    if (!announced.has(path) || sizeOf(file) <= anchor.bytes) return [];
    const tail = readEnd(file, anchor.bytes);
    // Complete rows are not the result of a crash; the gate reports them.
    if (tail.includes(10)) return [];
    const kept = `.nocturne/torn/${path}.${sha256(tail).slice(0, 8)}`;
    makeDirectory(dirname(within(root, kept)));
    writeFileDurably(within(root, kept), tail);
    truncateTo(file, anchor.bytes);
    return [{ path, bytes: tail.length, kept }];
  });
}

/** Removes temporary files. An aside may be the owner's version, so it is moved instead. */
function sweep(root: string, state: string): readonly string[] {
  const found: string[] = [];
  walk(root, (path) => found.push(path));
  for (const path of found) {
    if (!path.endsWith('-old')) removeIfThere(within(root, path));
    else {
      makeDirectory(within(root, '.nocturne/conflicts/unclaimed'));
      onFile(path, 'move', () =>
        renameSync(
          within(root, path),
          within(root, '.nocturne/conflicts/unclaimed', basename(path)),
        ),
      );
    }
  }
  for (const name of listIfThere(state))
    if (name.startsWith(TEMP_PREFIX)) removeIfThere(join(state, name));
  return found;
}

function truncateTo(path: string, size: number): void {
  onFile(path, 'truncate', () => {
    const descriptor = openSync(path, 'r+');
    try {
      ftruncateSync(descriptor, size);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  });
}

function readEnd(path: string, from: number): Buffer {
  return onFile(path, 'read', () => {
    const descriptor = openSync(path, 'r');
    try {
      const buffer = Buffer.alloc(Math.max(0, sizeOf(path) - from));
      return buffer.subarray(0, readSync(descriptor, buffer, 0, buffer.length, from));
    } finally {
      closeSync(descriptor);
    }
  });
}

function sizeOf(path: string): number {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isFile() === true ? stats.size : 0;
}
