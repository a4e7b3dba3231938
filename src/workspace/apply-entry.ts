/**
 * Carries out a committed journal entry. Every step is idempotent, so the same code finishes what a
 * dead process began.
 *
 * Why each part is safe:
 * - New contents are staged next to their targets and flushed *before* any of them is renamed, so a
 *   power cut never leaves a half-written target. The entry stays until every file and directory is
 *   flushed.
 * - The owner may save at any moment. A file to be replaced first gets a second name (the *aside*),
 *   is compared through that name, and is only then replaced; at the end the asides are compared
 *   again. That detects a save into the old file at any time, and a save that renames a new file
 *   over the old one. Only a rename between two adjacent system calls (`sameFile` and `rename`) is
 *   not detected, because Node has no atomic exchange. New files are linked, never over another
 *   file; deleted files are renamed to their aside.
 * - After an error such as a full disk, the changes are undone from the asides.
 */
import { closeSync, lstatSync } from '../kernel/files.js';
import { dirname } from 'node:path';
import { messageOf, NocturneError } from '../kernel/error.js';
import {
  type AnchoredLogs,
  clearPending,
  overwriteAnchors,
  readAnchors,
  sameAnchor,
  writeAnchors,
  writePending,
} from './anchors.js';
import {
  append,
  type Application,
  isAppend,
  isDelete,
  isWrite,
  type Move,
  moveOf,
  type Progress,
  reconcileAside,
  stageMove,
  swapIn,
  takeOut,
} from './apply-move.js';
import { noteCommit, noteWithdrawn } from './commit-record.js';
import type { Conflict } from './conflicts.js';
import { flush, removeIfThere, syncDirectory } from './durable.js';
import { anchorAfter } from './journal-entry.js';
import { retireEntry } from './journal-files.js';
import { sameFile } from './observe.js';
import { shownPath } from './root-descriptor.js';
import type { AppendOp } from './storage-types.js';

export type { Application };

/**
 * Returns the files that the owner saved at the same time.
 * @throws NocturneError `STORAGE`: the first attempt is then undone and its entry removed, or the
 * message says why not.
 */
export function applyEntry(application: Application): readonly Conflict[] {
  const moves = application.entry.ops.map((op, i) => moveOf(application, op, i));
  const progress: Progress = {
    undo: [],
    open: new Map(),
    conflicts: [],
    reconciled: new Set(),
    touched: new Set(),
  };
  const { root, state, entry } = application;
  try {
    noteCommit({ root, state }, entry);
    if (application.again) clearLeftovers(application, { moves, progress });
    carryOut(application, { moves, progress });
  } catch (error) {
    for (const descriptor of progress.open.values()) closeSync(descriptor);
    if (!application.again) undo(application, { moves, progress, error });
    throw error;
  }
  try {
    for (const move of moves) {
      if (progress.reconciled.has(move)) continue;
      reconcileAside(application, { move, progress });
      application.failpoint(`reconciled ${move.op.path}`);
    }
    finish(application);
  } catch (error) {
    throw new NocturneError(
      'STORAGE',
      `the change is complete, but its journal entry could not be closed: ${messageOf(error)}`,
      {
        cause: error,
        file: shownPath(application.file),
        hint: 'repair the disk; the next command then closes the entry',
      },
    );
  }
  return progress.conflicts;
}

type Work = { readonly moves: readonly Move[]; readonly progress: Progress };

function carryOut(application: Application, work: Work): void {
  const { progress } = work;
  const { failpoint } = application;
  const active = work.moves.filter((move) => !progress.reconciled.has(move));
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

/** Undoes the steps so far, newest first, and removes the entry. */
function undo(
  application: Application,
  { moves, progress, error }: Work & { readonly error: unknown },
): void {
  try {
    for (const move of moves) removeIfThere(move.temp);
    for (const step of progress.undo.reverse()) step();
    for (const move of moves) removeIfThere(move.aside);
    noteWithdrawn(application.state, application.entry.txid);
    finish(application);
  } catch (second) {
    throw new NocturneError(
      'STORAGE',
      `${messageOf(error)}; undoing the change also failed: ${messageOf(second)}`,
      {
        cause: error,
        file: shownPath(application.file),
        hint: 'repair the disk; the next command then completes the change from .nocturne/journal',
      },
    );
  }
}

function clearLeftovers(application: Application, { moves, progress }: Work): void {
  for (const move of moves) {
    removeIfThere(move.temp);
    if (lstatSync(move.aside, { throwIfNoEntry: false }) === undefined) continue;
    if (sameFile(move.aside, move.target)) removeIfThere(move.aside);
    else if (reconcileAside(application, { move, progress })) progress.reconciled.add(move);
    application.failpoint(`leftovers of ${move.op.path} cleared`);
  }
}
