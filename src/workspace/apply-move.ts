/** The steps for one file of a journal entry: stage, replace, delete or append. */
import { lstatSync, renameSync, rmdirSync } from '../kernel/files.js';
import { dirname, join } from 'node:path';
import { appendLog } from './append-log.js';
import { type Conflict, keepConflict } from './conflicts.js';
import {
  attributesOf,
  type Failpoint,
  makeDirectory,
  removeIfThere,
  stage,
  syncDirectory,
  TEMP_PREFIX,
  tryLink,
} from './durable.js';
import type { Entry, EntryDelete, EntryOp, EntryWrite } from './journal-entry.js';
import { hashAt, observe, sameFile } from './observe.js';
import { within } from './root-descriptor.js';
import { errnoOf, onFile, storageError } from './storage-error.js';
import type { AppendOp } from './storage-types.js';
import { keepUntold } from './untold-conflicts.js';

export type Application = {
  readonly root: string;
  readonly state: string;
  readonly entry: Entry;
  /** The file of the entry, which is removed at the end. */
  readonly file: string;
  /** Whether a dead process may have begun the entry. */
  readonly again: boolean;
  readonly failpoint: Failpoint;
};

export type Move<Op extends EntryOp = EntryOp> = {
  readonly op: Op;
  readonly target: string;
  readonly temp: string;
  readonly aside: string;
};
type Undo = () => void;
export type Progress = {
  readonly undo: Undo[];
  readonly open: Map<string, number>;
  readonly conflicts: Conflict[];
  readonly reconciled: Set<Move>;
  readonly touched: Set<string>;
};

export function moveOf(application: Application, op: EntryOp, index: number): Move {
  const target = within(application.root, op.path);
  const temp = join(dirname(target), `${TEMP_PREFIX}${application.entry.txid}-${index}`);
  return { op, target, temp, aside: `${temp}-old` };
}

export function stageMove(move: Move<EntryWrite>, progress: Progress, failpoint: Failpoint): void {
  const { op, target, temp } = move;
  for (const directory of makeDirectory(dirname(target)))
    progress.undo.unshift(() => removeIfEmpty(directory));
  const present = lstatSync(target, { throwIfNoEntry: false });
  progress.open.set(temp, stage(temp, op.content, attributesOf(present, op.mode)));
  failpoint(`staged ${op.path}`);
}

type Step<Op extends EntryOp> = { readonly move: Move<Op>; readonly progress: Progress };

export function swapIn(application: Application, { move, progress }: Step<EntryWrite>): void {
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
  // With the same content before and after, only the permissions change.
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
    const theirs = current.kind === 'file' ? current.bytes : undefined;
    keepBoth(application, { move, progress }, { why, ours: op.content, theirs });
    removeIfThere(aside);
    removeIfThere(temp);
    return;
  }
  onFile(target, 'replace', () => renameSync(temp, target));
  progress.undo.push(() => {
    if (hashAt(target) !== op.after) return;
    if (op.before === undefined) removeIfThere(target);
    else onFile(target, 'restore', () => renameSync(aside, target));
  });
}

export function takeOut(application: Application, { move, progress }: Step<EntryDelete>): void {
  const { op, target, aside } = move;
  try {
    renameSync(target, aside);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
    throw storageError(error, target, 'remove');
  }
  progress.undo.push(() => restoreName(aside, target));
  application.failpoint(`taken out ${op.path}`);
  if (hashAt(aside) !== op.before) reconcileAside(application, { move, progress });
}

/** If the owner changed the old file after it was compared, restores the owner's version. */
export function reconcileAside(
  application: Application,
  { move, progress }: Step<EntryOp>,
): boolean {
  const { op, target, aside } = move;
  if (op.kind === 'append') return false;
  const seen = observe(aside);
  if (seen.kind === 'missing') return false;
  if (seen.kind === 'file' && seen.hash === op.before) {
    removeIfThere(aside);
    return false;
  }
  const ours = op.kind === 'write' ? op.content : undefined;
  const theirs = seen.kind === 'file' ? seen.bytes : undefined;
  keepBoth(application, { move, progress }, { why: 'edited', ours, theirs });
  application.failpoint(`kept both versions of ${op.path}`);
  if (op.kind === 'delete') restoreName(aside, target);
  else if (hashAt(target) === op.after) onFile(target, 'restore', () => renameSync(aside, target));
  else removeIfThere(aside);
  syncDirectory(dirname(target));
  return true;
}

/** Restores the name of a file, unless another file has it. */
function restoreName(aside: string, target: string): void {
  const outcome = tryLink(aside, target);
  if (outcome === 'unsupported' && observe(target).kind === 'missing')
    onFile(target, 'restore', () => renameSync(aside, target));
  else removeIfThere(aside);
}

export function append(application: Application, { move, progress }: Step<AppendOp>): void {
  const { op, target } = move;
  const outcome = appendLog({
    target,
    op,
    failpoint: application.failpoint,
    onUndo: (step) => void progress.undo.push(step),
  });
  if (outcome === 'created') progress.touched.add(dirname(target));
  if (outcome === false)
    keepBoth(
      application,
      { move, progress },
      { why: 'log changed', ours: op.content, theirs: undefined },
    );
}

/** The caller of a commit tells the owner; that of a dead process, the next commit. */
function keepBoth(
  { root, entry, again }: Application,
  { move, progress }: Step<EntryOp>,
  versions: Parameters<typeof keepConflict>[2],
): void {
  progress.conflicts.push(keepConflict(root, { txid: entry.txid, path: move.op.path }, versions));
  if (!again) return;
  keepUntold(
    root,
    entry,
    progress.conflicts.map(({ path }) => path),
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

export function isWrite(move: Move): move is Move<EntryWrite> {
  return move.op.kind === 'write';
}
export function isDelete(move: Move): move is Move<EntryDelete> {
  return move.op.kind === 'delete';
}
export function isAppend(move: Move): move is Move<AppendOp> {
  return move.op.kind === 'append';
}
