/**
 * Criteria and stop conditions of a pass's project: evaluated, and put on record with their
 * evidence.
 */
import { evaluateConditions } from '../../governance/conditions/evaluate.js';
import type { AssertionResult } from '../../governance/types.js';
import { commandsIn, criteriaOf, stopConditionOf } from '../../project/condition-source.js';
import { fieldText } from '../../project/field-text.js';
import { act, stepRow } from '../act.js';
import { sandboxedCommand } from '../pass-sandbox.js';
import { recordSettled } from './record-settled.js';
import { settle } from './settle.js';
import type { Pass } from '../types.js';

/** @param at.step T5: the criteria of this pass. T6: the stop condition of the phase. */
export async function evaluate(
  pass: Pass,
  at: { readonly step: 'T5' | 'T6'; readonly project: string },
): Promise<readonly AssertionResult[]> {
  const snapshot = pass.env.workspace.snapshot();
  const { assertions } =
    at.step === 'T5' ? criteriaOf(snapshot, at.project) : stopConditionOf(snapshot, at.project);
  const project = snapshot.record('PROJECT', at.project);
  const { baseline } = pass.data;
  const results = await evaluateConditions(assertions, {
    snapshot,
    project: at.project,
    phaseStarted: fieldText(project, 'phase.started'),
    lastPass: fieldText(project, 'last_pass.date'),
    writes: pass.data.writes,
    signal: pass.env.signal,
    command: sandboxedCommand(pass),
    ...(baseline === undefined
      ? {}
      : {
          before: new Map(Object.entries(baseline.files).map(([path, file]) => [path, file.hash])),
        }),
  });
  if (commandsIn(assertions).length > 0) undoWhatChecksWrote(pass, at);
  note(pass, at, results);
  return results;
}

/** A check program may look at everything and change nothing that the pass may not. */
function undoWhatChecksWrote(
  pass: Pass,
  at: { readonly step: 'T5' | 'T6'; readonly project: string },
): void {
  const { undone, arrived } = settle(pass.env.workspace, pass.data);
  for (const one of undone)
    pass.env.say(`     undone, written by a check: ${one.path} (${one.code})`);
  if (undone.length + arrived.length > 0)
    recordSettled(pass, {
      step: at.step,
      settled: { accepted: [], undone, arrived },
      runId: pass.data.runId,
      project: at.project,
    });
}

/**
 * One audit row for each assertion, with what was expected and found: the evidence that the
 * briefing quotes.
 */
function note(
  pass: Pass,
  at: { readonly step: 'T5' | 'T6'; readonly project: string },
  results: readonly AssertionResult[],
): void {
  if (results.length === 0) return;
  const type = at.step === 'T5' ? 'criterion' : 'stop-condition';
  const rows = results.map((one) => {
    const holds = one.holds && one.error === undefined;
    const detail = one.error ?? evidenceOf(one);
    return stepRow(at.step, {
      type,
      target: `${at.project}: ${one.assertion}`,
      result: holds ? 'ok' : 'failed',
      detail: holds ? detail : `expected ${one.expected}; found ${detail}`,
    });
  });
  act(pass, { reason: type, audit: rows });
}

/** What was found, and where unless that is said already. */
export function evidenceOf(one: AssertionResult): string {
  const path = one.where?.replace(/:\d+$/, '').replace(/^PROJECTS\/[^/]+\//, '') ?? '';
  return one.where === undefined || (path !== '' && one.found.includes(path))
    ? one.found
    : `${one.found} in ${one.where}`;
}
