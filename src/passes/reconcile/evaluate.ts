/**
 * Criteria and stop conditions of a pass's project: evaluated, and put on record with their
 * evidence.
 */
import { defined } from '../../kernel/defined.js';
import { showControl } from '../../kernel/show-control.js';
import { evaluateConditions, isMet } from '../../governance/conditions/evaluate.js';
import type { AssertionResult } from '../../governance/types.js';
import { commandsIn, criteriaOf, stopConditionOf } from '../../project/condition-source.js';
import type { Condition } from '../../project/condition-types.js';
import { fieldText } from '../../project/field-text.js';
import type { Snapshot } from '../../workspace/types.js';
import { type Act, rowsAct, stepRow } from '../act.js';
import { checksOf } from '../copy/checks.js';
import { bringWorkHome, mergeAssertion } from '../repository/bring-work-home.js';
import { putMerged } from '../repository/merged-work.js';
import { runTest } from '../repository/run-test.js';
import { claimAgain } from './reconcile-pass.js';
import { recordReconciliation } from './record-reconciliation.js';
import { reconcile } from './reconcile.js';
import type { PassEnvironment, Reconciled, StepContext } from '../types.js';
import { unitConditions } from '../units/unit-conditions.js';

/** `acts`: the evidence, and what check programs were not allowed to write. */
export type Evaluated = {
  readonly results: readonly AssertionResult[];
  readonly acts: readonly Act[];
};
export const NOTHING_EVALUATED: Evaluated = { results: [], acts: [] };

/** Result of an assertion that could not be evaluated. */
export const UNDECIDED = 'undecided';

type Subject = { readonly step: 'T5' | 'T6'; readonly project: string };

/**
 * @param subject.step T5: the criteria of this pass. T6: the stop condition of the phase.
 * @param uncommitted what the snapshot has and the disk does not.
 */
export async function evaluate(
  { env, snapshot }: StepContext,
  pass: Reconciled,
  subject: Subject,
  uncommitted: readonly string[] = [],
): Promise<Evaluated> {
  const assertions = assertionsOf(snapshot, pass, subject);
  const project = snapshot.record('PROJECT', subject.project);
  const files = Object.entries(pass.baseline.files);
  const hasCommands = commandsIn(assertions).length > 0;
  const checks = checksOf(env, pass, () => snapshot, {
    content: (seen) => seen,
    eachAnew: false,
    uncommitted,
  });
  const results = await evaluateConditions(assertions, {
    snapshot,
    project: subject.project,
    phaseStarted: fieldText(project, 'phase.started'),
    lastPass: fieldText(project, 'last_pass.date'),
    writes: pass.writes,
    signal: env.signal,
    command: checks.command,
    before: new Map(files.map(([path, file]) => [path, file.hash])),
    ...defined({ folder: pass.unit?.folder }),
  });
  checks.end();
  const written =
    hasCommands && pass.copy === undefined ? undoWhatChecksWrote(env, pass, subject) : [];
  const all = subject.step === 'T5' ? await withRepository(env, pass, results) : results;
  return { results: all, acts: [...written, ...evidenceRows(subject, all)] };
}

/**
 * The owner's test runs in what would be merged. What a project's own pass has proved is merged
 * here, what a unit has proved once it has its verdict.
 */
async function withRepository(
  { workspace, signal }: PassEnvironment,
  pass: Reconciled,
  results: readonly AssertionResult[],
): Promise<readonly AssertionResult[]> {
  const { copy, merged, runId, sandbox, unit, outcome, undone } = pass;
  const { repository } = copy?.repository ?? {};
  if (repository === undefined || merged === undefined) return results;
  const into = (folder: string): void => putMerged(merged, folder);
  const test = await runTest({ workspace, sandbox, signal, runId, repository, into });
  const all = test === undefined ? results : [...results, test];
  const isProved = outcome.kind === 'finished' && undone.length === 0 && all.every(isMet);
  if (unit !== undefined || !isProved) return all;
  const result = await bringWorkHome(workspace, pass);
  return result === undefined ? all : [...all, mergeAssertion(result, repository)];
}

function assertionsOf(
  snapshot: Snapshot,
  { unit }: Reconciled,
  { step, project }: Subject,
): readonly Condition[] {
  if (unit !== undefined) return unitConditions(unit);
  const source = step === 'T5' ? criteriaOf(snapshot, project) : stopConditionOf(snapshot, project);
  return source.assertions;
}

/** A check program may look at everything and change nothing that the pass may not. */
function undoWhatChecksWrote(
  { workspace, say }: PassEnvironment,
  pass: Reconciled,
  { step, project }: Subject,
): readonly Act[] {
  const { undone, arrived, unattributed } = reconcile(workspace, pass, () =>
    claimAgain(workspace, pass),
  );
  for (const change of undone)
    say(`     undone, written by a check: ${showControl(change.path)} (${change.code})`);
  const { runId } = pass;
  const reconciliation = { accepted: [], undone, arrived, conflicts: [], unattributed };
  return recordReconciliation({ step, reconciliation, runId, project });
}

/**
 * One audit row for each assertion, with what was expected and found: the evidence that the
 * briefing quotes.
 */
export function evidenceRows(
  { step, project }: Subject,
  results: readonly AssertionResult[],
): readonly Act[] {
  if (results.length === 0) return [];
  const type = step === 'T5' ? 'criterion' : 'stop-condition';
  const rows = results.map((result) => {
    const holds = isMet(result);
    return stepRow(step, {
      type,
      target: `${project}: ${result.assertion}`,
      result: holds ? 'ok' : unmetCode(result),
      detail: holds ? evidenceOf(result) : shortfallOf(result),
    });
  });
  return [rowsAct(type, rows)];
}

/** Only the owner can repair a test that says nothing about the work. */
function unmetCode({ error, isText }: AssertionResult): string {
  return error === undefined || isText === true ? 'failed' : UNDECIDED;
}

/** Of an assertion that is not met: what was expected, what was found, and where. */
export function shortfallOf(result: AssertionResult): string {
  return `expected ${result.expected}; found ${result.error ?? evidenceOf(result)}`;
}

/** What was found, and where unless that is said already. */
export function evidenceOf(result: AssertionResult): string {
  const path = result.where?.replace(/:\d+$/, '').replace(/^PROJECTS\/[^/]+\//, '') ?? '';
  return result.where === undefined || (path !== '' && result.found.includes(path))
    ? result.found
    : `${result.found} in ${result.where}`;
}
