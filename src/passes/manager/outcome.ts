/**
 * The one line of a manager pass: what it saw. It never calls a night in order in which something
 * failed.
 */
import { restQuestion } from '../../governance/rest.js';
import { plural } from '../../kernel/words.js';
import type { Rec } from '../../markdown/types.js';
import { fieldText } from '../../project/field-text.js';
import type { Snapshot } from '../../workspace/types.js';
import type { Reviewing } from '../types.js';
import { UNDECIDED } from '../reconcile/evaluate.js';
import { unjudged } from './judgement.js';
import { afterLastManager } from './last-manager.js';

/** Rows that are counted by what they are about: a grade, a detected failure mode, a question. */
const COUNTED_ELSEWHERE: ReadonlySet<string> = new Set([
  'agent',
  'audit',
  'criterion',
  'direction',
  'grader',
  'question',
  'sandbox',
  'signal',
  'stop-condition',
  'validate',
  'value',
]);

export function outcomeOf(
  snapshot: Snapshot,
  { judged, reviews }: Pick<Reviewing, 'judged' | 'reviews'>,
  seen: { readonly findings: number; readonly signals: number },
): string {
  const { runs, audit } = afterLastManager(snapshot);
  const failed = audit.filter((row) => fieldText(row, 'result') === 'failed');
  const halted = ofValue(audit, 'result', 'halted');
  const counts: readonly (readonly [number, string, string?])[] = [
    [ofValue(audit, 'type', 'session_reap').length, 'crash', 'crashes'],
    [ofValue(runs, 'grade', 'FAIL').length, 'FAIL'],
    [ofValue(runs, 'grade', 'WEAK').length, 'WEAK', 'WEAK'],
    [ofValue(runs, 'grade', 'PARKED').length, 'parked pass', 'parked passes'],
    [ungraded(runs, audit, halted), 'pass without a grade', 'passes without a grade'],
    [halted.length, 'halted pass', 'halted passes'],
    [ofValue(audit, 'result', 'restored').length, 'undone change'],
    [ofValue(audit, 'result', 'refused').length, 'refusal'],
    [
      new Set(ofValue(audit, 'result', UNDECIDED).map((row) => fieldText(row, 'target'))).size,
      'test that could not be evaluated',
      'tests that could not be evaluated',
    ],
    [incidents(audit), 'incident'],
    [resting(snapshot), 'project at rest', 'projects at rest'],
    [reviews.filter(({ direction }) => direction !== '').length, 'drifting project'],
    [ofValue(failed, 'type', 'grader').length, 'failed grader'],
    [
      ofValue(failed, 'type', 'sandbox').length,
      'pass without its sandbox',
      'passes without their sandbox',
    ],
    [failed.filter((row) => !COUNTED_ELSEWHERE.has(fieldText(row, 'type'))).length, 'failed step'],
    [seen.signals, 'failure mode detected', 'failure modes detected'],
    [seen.findings, 'finding'],
  ];
  const parts = counts.flatMap(([number, singular, several]) =>
    number === 0 ? [] : [plural(number, singular, several)],
  );
  const saw = parts.length === 0 ? 'everything in order' : parts.join(', ');
  const asked = unjudged(judged);
  return `reviewed: ${saw}${asked === '' ? '' : `; ${asked}`}`;
}

function ofValue(rows: readonly Rec[], field: string, value: string): readonly Rec[] {
  return rows.filter((row) => fieldText(row, field) === value);
}

/** Ended before they were judged, and neither crashed nor halted on purpose. */
function ungraded(runs: readonly Rec[], audit: readonly Rec[], halted: readonly Rec[]): number {
  const counted = new Set([
    ...ofValue(audit, 'type', 'session_reap').map((row) => fieldText(row, 'target')),
    ...halted.map((row) => fieldText(row, 'run_id')),
  ]);
  return runs.filter(
    (run) =>
      fieldText(run, 'role') === 'worker' &&
      fieldText(run, 'grade') === '' &&
      fieldText(run, 'project') !== '' &&
      !counted.has(run.key),
  ).length;
}

function incidents(audit: readonly Rec[]): number {
  return audit.filter((row) => ['incident', 'incident_surface'].includes(fieldText(row, 'type')))
    .length;
}

function resting(snapshot: Snapshot): number {
  return snapshot
    .records('DISPATCH')
    .filter((row) => restQuestion(snapshot, fieldText(row, 'slug')) !== undefined).length;
}
