/**
 * Carries out a committed journal entry. Every step may be repeated, so the same code finishes what
 * a dead process began.
 *
 * Why each part is safe:
 * - New contents are staged beside their targets and flushed *before* any of them is renamed, so a
 * target is never half written, also
 *   after a power cut; nothing has to be guessed from its bytes. The entry outlives the flush of
 * every file and directory.
 * - An owner may save at any moment. A file about to be replaced first gets a second name (the
 * *aside*), its content is compared
 *   through that name, and only then is it replaced; once everything is done the asides are
 * compared again. So a save into the old
 *   file is found whenever it happens, and a save that renames a new file over the old one is seen
 * as another file. What remains is
 *   a rename-save between two adjacent system calls (`sameFile` and `rename`), for which Node
 * offers no atomic exchange.
 *   New files are linked in (never over something), deleted ones are renamed to their aside
 * (whatever they are by then).
 * - A full disk in the middle is undone from the asides before the error is thrown.
 */
import { closeSync, lstatSync, renameSync, rmdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { NocturneError } from '../kernel/error.js';
import {
  type AnchoredLogs,
  clearPending,
  overwriteAnchors,
  readAnchors,
  sameAnchor,
  writeAnchors,
  writePending,
} from './anchors.js';
import { appendLog } from './append-log.js';
import { type Conflict, keepConflict } from './conflicts.js';
import {
  type Attributes,
  type Failpoint,
  flush,
  makeDirectory,
  removeIfThere,
  stage,
  syncDirectory,
  TEMP_PREFIX,
  tryLink,
} from './durable.js';
import {
  anchorAfter,
  type Entry,
  type EntryDelete,
  type EntryOp,
  type EntryWrite,
} from './journal-entry.js';
import { retireEntry } from './journal-files.js';
import { hashAt, observe, sameFile } from './observe.js';
import { shownPath, within } from './root-descriptor.js';
import { errnoOf, onFile, storageError } from './storage-error.js';
import type { AppendOp } from './storage-types.js';

export type Application = {
  readonly root: string;
  readonly state: string;
  readonly entry: Entry;
  /** The entry's own file; removed at the end. */
  readonly file: string;
  /** Whether a process that died may have begun already. */
  readonly again: boolean;
  readonly failpoint: Failpoint;
};

type Move<Op extends EntryOp = EntryOp> = {
  readonly op: Op;
  readonly target: string;
  readonly temp: string;
  readonly aside: string;
};
type Undo = () => void;
type Progress = {
  readonly undo: Undo[];
  readonly open: Map<string, number>;
  readonly conflicts: Conflict[];
  readonly settled: Set<Move>;
  readonly touched: Set<string>;
};

/**
 * Returns the files whose owner was quicker.
 * @throws NocturneError `STORAGE`: at the first attempt everything has then been undone and the
 * entry is gone (or the message says that it is not).
 */
export function applyEntry(application: Application): readonly Conflict[] {
  const moves = application.entry.ops.map((op, i) => moveOf(application, op, i));
  const progress: Progress = {
    undo: [],
    open: new Map(),
    conflicts: [],
    settled: new Set(),
    touched: new Set(),
  };
  try {
    if (application.again) clearLeftovers(application, { moves, progress });
    carryOut(application, { moves, progress });
  } catch (error) {
    for (const descriptor of progress.open.values()) closeSync(descriptor);
    if (!application.again) takeBack(application, { moves, progress, error });
    throw error;
  }
  try {
    for (const move of moves) {
      if (progress.settled.has(move)) continue;
      settle(application, { move, progress });
      application.failpoint(`settled ${move.op.path}`);
    }
    finish(application);
  } catch (error) {
    throw new NocturneError(
      'STORAGE',
      `the change is in place, but could not be closed: ${textOf(error)}`,
      {
        cause: error,
        file: shownPath(application.file),
        hint: 'this is finished when the workspace is next opened with the disk in order',
      },
    );
  }
  return progress.conflicts;
}

type Work = { readonly moves: readonly Move[]; readonly progress: Progress };

function moveOf(application: Application, op: EntryOp, index: number): Move {
  const target = within(application.root, op.path);
  const temp = join(dirname(target), `${TEMP_PREFIX}${application.entry.txid}-${index}`);
  return { op, target, temp, aside: `${temp}-old` };
}

function carryOut(application: Application, work: Work): void {
  const { progress } = work;
  const { failpoint } = application;
  const active = work.moves.filter((move) => !progress.settled.has(move));
  announce(application);
  failpoint('announced');
  for (const move of active) if (isWrite(move)) stageMove(move, progress, failpoint);
  for (const [path, descriptor] of progress.open) {
    progress.open.delete(path);
    flush(path, descriptor);
  }
  failpoint('staged files flushed');
  for (const move of active) {
    if (isWrite(move)) swapIn(application, { move, progress });
    else if (isDelete(move)) takeOut(application, { move, progress });
    else if (isAppend(move)) append(application, { move, progress });
    if (!isAppend(move)) progress.touched.add(dirname(move.target));
    failpoint(`done ${move.op.path}`);
  }
  for (const directory of progress.touched)
    if (lstatSync(directory, { throwIfNoEntry: false }) !== undefined) syncDirectory(directory);
  failpoint('directories flushed');
  moveAnchors(application, progress);
  failpoint('anchors written');
}

function announce({ entry, state }: Application): void {
  const appends = entry.ops.filter((op) => op.kind === 'append');
  if (appends.length > 0)
    writePending(state, {
      journal: entry.txid,
      logs: Object.fromEntries(appends.map((op) => [op.path, anchorAfter(op)])),
    });
}

function moveAnchors({ entry, state }: Application, progress: Progress): void {
  const lost = new Set(progress.conflicts.map((conflict) => conflict.path));
  const appended = entry.ops
    .filter((op) => op.kind === 'append' && !lost.has(op.path))
    .map((op) => [op.path, anchorAfter(op as AppendOp)] as const);
  if (appended.length === 0) return;
  const { logs } = readAnchors(state);
  progress.undo.push(() => restoreAnchors(state, logs));
  overwriteAnchors(state, { ...logs, ...Object.fromEntries(appended) });
}

function restoreAnchors(state: string, logs: AnchoredLogs): void {
  const now = readAnchors(state);
  const changed = Object.keys(now.logs).some((path) => !sameAnchor(now.logs[path], logs[path]));
  if (changed) writeAnchors(state, { version: 1, logs });
}

function finish({ file, state, failpoint }: Application): void {
  retireEntry(file, failpoint);
  clearPending(state);
}

/** Undoes what was done so far, newest first, and removes the entry. */
function takeBack(application: Application, at: Work & { readonly error: unknown }): void {
  try {
    for (const move of at.moves) removeIfThere(move.temp);
    for (const step of at.progress.undo.reverse()) step();
    for (const move of at.moves) removeIfThere(move.aside);
    finish(application);
  } catch (second) {
    throw new NocturneError(
      'STORAGE',
      `${textOf(at.error)}; undoing failed as well: ${textOf(second)}`,
      {
        cause: at.error,
        file: shownPath(application.file),
        hint: 'the change is whole in .nocturne/journal and is finished when the workspace is next opened with the disk in order',
      },
    );
  }
}

function clearLeftovers(application: Application, { moves, progress }: Work): void {
  for (const move of moves) {
    removeIfThere(move.temp);
    if (lstatSync(move.aside, { throwIfNoEntry: false }) === undefined) continue;
    if (sameFile(move.aside, move.target)) removeIfThere(move.aside);
    else if (settle(application, { move, progress })) progress.settled.add(move);
    application.failpoint(`leftovers of ${move.op.path} cleared`);
  }
}

function stageMove(move: Move<EntryWrite>, progress: Progress, failpoint: Failpoint): void {
  const { op, target, temp } = move;
  for (const directory of makeDirectory(dirname(target)))
    progress.undo.unshift(() => removeIfEmpty(directory));
  const present = lstatSync(target, { throwIfNoEntry: false });
  const kept: Attributes =
    present?.isFile() === true ? { mode: present.mode, uid: present.uid, gid: present.gid } : {};
  progress.open.set(
    temp,
    stage(temp, op.content, op.mode === undefined ? kept : { ...kept, mode: op.mode }),
  );
  failpoint(`staged ${op.path}`);
}

type One<Op extends EntryOp> = { readonly move: Move<Op>; readonly progress: Progress };

function swapIn(application: Application, { move, progress }: One<EntryWrite>): void {
  const { op, target, temp, aside } = move;
  const { failpoint } = application;
  const outcome = op.before === undefined ? tryLink(temp, target) : tryLink(target, aside);
  if (op.before === undefined && outcome === 'linked') {
    progress.undo.push(() => {
      if (hashAt(target) === op.after) removeIfThere(target);
    });
    failpoint(`linked ${op.path}`);
    removeIfThere(temp);
    return;
  }
  failpoint(`linked ${op.path}`);
  const seen = observe(outcome === 'linked' ? aside : target);
  const found = seen.kind === 'file' ? seen.hash : undefined;
  // (With the same content before and after, only the permissions change, which the swap does.)
  if (found === op.after && op.after !== op.before) {
    removeIfThere(aside);
    removeIfThere(temp);
    return;
  }
  failpoint(`compared ${op.path}`);
  const asComputed = op.before === undefined ? seen.kind === 'missing' : found === op.before;
  if (!asComputed || (outcome === 'linked' && !sameFile(aside, target))) {
    const lost = seen.kind === 'missing' ? 'deleted' : 'edited';
    const why = op.before === undefined ? 'created' : lost;
    const current = observe(target);
    progress.conflicts.push(
      keepConflict(
        application.root,
        { txid: application.entry.txid, path: op.path },
        { why, ours: op.content, theirs: current.kind === 'file' ? current.bytes : undefined },
      ),
    );
    removeIfThere(aside);
    removeIfThere(temp);
    return;
  }
  onFile(target, 'replace', () => renameSync(temp, target));
  progress.undo.push(() => {
    if (hashAt(target) !== op.after) return;
    if (op.before === undefined) removeIfThere(target);
    else onFile(target, 'put back', () => renameSync(aside, target));
  });
}

function takeOut(application: Application, { move, progress }: One<EntryDelete>): void {
  const { op, target, aside } = move;
  try {
    renameSync(target, aside);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
    throw storageError(error, target, 'remove');
  }
  progress.undo.push(() => putBack(aside, target));
  application.failpoint(`taken out ${op.path}`);
  if (hashAt(aside) !== op.before) settle(application, { move, progress });
}

/**
 * Once the new content is in place: was the old file changed after it was compared? Then its
 * owner's version returns.
 */
function settle(application: Application, { move, progress }: One<EntryOp>): boolean {
  const { op, target, aside } = move;
  if (op.kind === 'append') return false;
  const seen = observe(aside);
  if (seen.kind === 'missing') return false;
  if (seen.kind === 'file' && seen.hash === op.before) {
    removeIfThere(aside);
    return false;
  }
  progress.conflicts.push(
    keepConflict(
      application.root,
      { txid: application.entry.txid, path: op.path },
      {
        why: 'edited',
        ours: op.kind === 'write' ? op.content : undefined,
        theirs: seen.kind === 'file' ? seen.bytes : undefined,
      },
    ),
  );
  application.failpoint(`kept both versions of ${op.path}`);
  if (op.kind === 'delete') putBack(aside, target);
  else if (hashAt(target) === op.after) onFile(target, 'put back', () => renameSync(aside, target));
  else removeIfThere(aside);
  syncDirectory(dirname(target));
  return true;
}

/** Gives a file its name back unless something new has it. */
function putBack(aside: string, target: string): void {
  const outcome = tryLink(aside, target);
  if (outcome === 'unsupported' && observe(target).kind === 'missing')
    onFile(target, 'put back', () => renameSync(aside, target));
  else removeIfThere(aside);
}

function append(application: Application, { move, progress }: One<AppendOp>): void {
  const { op, target } = move;
  const outcome = appendLog({
    target,
    op,
    failpoint: application.failpoint,
    onUndo: (step) => void progress.undo.push(step),
  });
  if (outcome === 'created') progress.touched.add(dirname(target));
  if (outcome !== false) return;
  progress.conflicts.push(
    keepConflict(
      application.root,
      { txid: application.entry.txid, path: op.path },
      { why: 'log changed', ours: op.content, theirs: undefined },
    ),
  );
}

function removeIfEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch (error) {
    const code = errnoOf(error);
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'ENOENT')
      throw storageError(error, directory, 'remove');
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function isWrite(move: Move): move is Move<EntryWrite> {
  return move.op.kind === 'write';
}
function isDelete(move: Move): move is Move<EntryDelete> {
  return move.op.kind === 'delete';
}
function isAppend(move: Move): move is Move<AppendOp> {
  return move.op.kind === 'append';
}
