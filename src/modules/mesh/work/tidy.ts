/**
 * Removes what is over: change sets that were judged, notes of passes, passes that were withdrawn.
 */
import { cancelPasses, livePasses } from '../../../workspace/pass-lock.js';
import { statText } from '../../../workspace/file-stat.js';
import type { Workspace } from '../../../workspace/types.js';
import { arrivedTasks, readArrival, removeArrival } from '../tasks/claim-store.js';
import { taskFile, taskPage } from '../tasks/task-page.js';
import { isOver } from '../tasks/transitions.js';
import { claimOfUnit, isGuestUnit } from './guest-units.js';
import { dropNotes } from './run-note.js';

/** @returns what was ended, in a few words each. Safe to call again. */
export function tidy(workspace: Workspace): readonly string[] {
  removeJudged(workspace);
  const { root, state, clock } = workspace;
  dropNotes(state, new Set(livePasses(root, clock).map(({ runId }) => runId)));
  return cancelLost(workspace);
}

/** Passes for claims that are gone: nothing that they do would be sent. */
export function cancelLost({
  root,
  state,
  clock,
}: Pick<Workspace, 'root' | 'state' | 'clock'>): readonly string[] {
  const lost = livePasses(root, clock).filter(
    ({ unit: id = '', cancelled }) =>
      cancelled !== true && isGuestUnit({ id }) && claimOfUnit(state, { id }) === undefined,
  );
  if (lost.length === 0) return [];
  cancelPasses(root, new Set(lost.map(({ runId }) => runId)));
  return lost.map(({ runId, unit }) => `${runId} is cancelled: ${unit} was withdrawn`);
}

/** Pages of tasks that waited to be judged: how each was on the disk when it was read. */
const waiting = new WeakMap<Workspace, Map<string, string>>();

/** One that waits to be judged is not read, and its page only once. */
function removeJudged(workspace: Workspace): void {
  const { state } = workspace;
  const tasks = arrivedTasks(state);
  if (tasks.length === 0) return;
  const snapshot = workspace.snapshot();
  const known = waiting.get(workspace) ?? new Map<string, string>();
  waiting.set(workspace, known);
  for (const task of tasks) {
    const entry = snapshot.files.get(taskFile(task));
    const mark = entry === undefined ? '' : statText(entry);
    if (known.get(task) === mark) continue;
    const page = taskPage(snapshot, task);
    if (page?.state === 'pending_review') {
      known.set(task, mark);
      continue;
    }
    known.delete(task);
    const isCurrent =
      page !== undefined && !isOver(page.state) && page.state !== 'released'
        ? readArrival(state, task)?.attempt === page.attempt
        : false;
    if (!isCurrent) removeArrival(state, task);
  }
}
