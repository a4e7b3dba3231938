/**
 * Whether a failed pass is evidence about its agent, and whether it failed as the one before did.
 */
import { isOwnFault, isOwnWords } from '../../governance/last-words.js';
import type { FailureCode } from '../../agents/types.js';
import { isMet } from '../../governance/conditions/evaluate.js';
import { sameObjective } from '../../governance/project-state.js';
import { isAstray } from '../../governance/rest.js';
import { type FruitlessPass, type SameAgain, sameAgain } from '../../governance/same-again.js';
import type { AssertionResult } from '../../governance/types.js';
import { fieldText } from '../../project/field-text.js';
import { lastRow, rowsOfRun } from '../../project/recent-rows.js';
import type { Snapshot } from '../../workspace/types.js';
import { runRecord } from '../run-record.js';
import type { Graded } from '../types.js';

/** What the machine, the network or the owner did to a pass; the next one may well succeed. */
const NOT_THE_AGENT: ReadonlySet<FailureCode | undefined> = new Set<FailureCode>([
  'auth-required',
  'rate-limited',
  'transient',
  'not-found',
  'cancelled',
]);
const FAILED: ReadonlySet<string | undefined> = new Set(['FAIL', 'WEAK']);

export function isEvidence({ outcome }: Graded): boolean {
  return !NOT_THE_AGENT.has(outcome.failure);
}

/** Whether its agent would do the same again, and how that shows. */
export function sameAgainAfter(snapshot: Snapshot, pass: Graded): SameAgain | undefined {
  const { project = '', runId, objective, outcome, outputs, novel } = pass;
  const next = outcome.report.nextObjective ?? '';
  const nextKind = (): FruitlessPass['next'] => {
    if (next === '') return 'none';
    if (sameObjective(next, objective)) return 'same';
    return isAstray(snapshot.record('PROJECT', project), next) ? 'astray' : 'new';
  };
  return sameAgain({
    finished: outcome.kind === 'finished',
    circled: outcome.circled === true,
    refused: outcome.failure === 'refused',
    ownFault: outcome.failure === 'crashed' && isOwnFault(outcome.tail),
    reported: outcome.report.summary !== '',
    talked: isOwnWords(outcome.tail),
    outputs: outputs.length,
    novel,
    asked: rowsOfRun(snapshot, 'APPROVAL', runId).length > 0,
    next: nextKind(),
  });
}

/** The same grade, the same failure, and the same criteria not met. */
export function failsAlike(state: string, snapshot: Snapshot, pass: Graded): boolean {
  const { project, quality, progress, outcome, criteria } = pass;
  if (progress || !FAILED.has(quality)) return false;
  const last = lastRow(
    snapshot,
    'RUN',
    (run) => fieldText(run, 'project') === project && fieldText(run, 'role') === 'worker',
    project,
  );
  const before = last === undefined ? undefined : runRecord(state, last.key);
  return (
    before?.after !== undefined &&
    before.quality === quality &&
    before.ended?.failure === outcome.failure &&
    unmetIn(before.after.criteria) === unmetIn(criteria)
  );
}

function unmetIn(results: readonly AssertionResult[]): string {
  return JSON.stringify(
    results.filter((result) => !isMet(result)).map(({ assertion }) => assertion),
  );
}
