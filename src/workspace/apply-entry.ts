/**
 * Carries out a committed journal entry. Every step may be repeated, so the same code finishes what
 * a dead process began.
 *
 * Why each part is safe:
 * - New contents are staged beside their targets and flushed *before* any of them is renamed, so a
 *   target is never half written, also after a power cut; nothing has to be guessed from its bytes.
 *   The entry outlives the flush of every file and directory.
 * - An owner may save at any moment. A file about to be replaced first gets a second name (the
 *   *aside*), its content is compared through that name, and only then is it replaced; once
 *   everything is done the asides are compared again. So a save into the old file is found whenever
 *   it happens, and a save that renames a new file over the old one is seen as another file. What
 *   remains is a rename-save between two adjacent system calls (`sameFile` and `rename`), for which
 *   Node offers no atomic exchange. New files are linked in (never over something), deleted ones
 *   are renamed to their aside (whatever they are by then).
 * - A full disk in the middle is undone from the asides before the error is thrown.
 */
import { closeSync, lstatSync } from 'node:fs';
import { dirname } from 'node:path';
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
import {
  append,
  type Application,
  isAppend,
  isDelete,
  isWrite,
  type Move,
  moveOf,
  type Progress,
  settle,
  stageMove,
  swapIn,
  takeOut,
} from './apply-move.js';
import type { Conflict } from './conflicts.js';
import { flush, removeIfThere, syncDirectory } from './durable.js';
import { anchorAfter } from './journal-entry.js';
import { retireEntry } from './journal-files.js';
import { sameFile } from './observe.js';
import { shownPath } from './root-descriptor.js';
import type { AppendOp } from './storage-types.js';

export type { Application };

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
function takeBack(
  application: Application,
  { moves, progress, error }: Work & { readonly error: unknown },
): void {
  try {
    for (const move of moves) removeIfThere(move.temp);
    for (const step of progress.undo.reverse()) step();
    for (const move of moves) removeIfThere(move.aside);
    finish(application);
  } catch (second) {
    throw new NocturneError(
      'STORAGE',
      `${textOf(error)}; undoing failed as well: ${textOf(second)}`,
      {
        cause: error,
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

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
