/**
 * Removes what is over: change sets that were judged, notes of passes, passes that were withdrawn.
 */
import { cancelPasses, livePasses } from '../../../workspace/pass-lock.js';
import type { Workspace } from '../../../workspace/types.js';
import { readArrivals, removeArrival } from '../tasks/claim-store.js';
import { taskPage } from '../tasks/task-page.js';
import { isOver } from '../tasks/transitions.js';
import { claimOfUnit, isGuestUnit } from './guest-units.js';
import { dropNotes } from './run-note.js';

/** @returns what was ended, in a few words each. Safe to call again. */
export function tidy(workspace: Workspace): readonly string[] {
  const { root, state, clock } = workspace;
  removeJudged(workspace);
  const live = livePasses(root, clock);
  dropNotes(state, new Set(live.map(({ runId }) => runId)));
  const lost = live.filter(
    ({ unit: id = '', cancelled }) =>
      cancelled !== true && isGuestUnit({ id }) && claimOfUnit(state, { id }) === undefined,
  );
  if (lost.length === 0) return [];
  cancelPasses(root, new Set(lost.map(({ runId }) => runId)));
  return lost.map(({ runId, unit }) => `${runId} is cancelled: ${unit} was withdrawn`);
}

function removeJudged(workspace: Workspace): void {
  const { state } = workspace;
  const found = readArrivals(state);
  if (found.length === 0) return;
  const snapshot = workspace.snapshot();
  for (const { task, attempt } of found) {
    const page = taskPage(snapshot, task);
    if (
      page === undefined ||
      page.attempt > attempt ||
      isOver(page.state) ||
      page.state === 'released'
    )
      removeArrival(state, task);
  }
}
