/** Decides what a pass for a unit has proved. */
import type { RunOutcome } from '../../agents/types.js';
import { isMet } from '../../governance/conditions/evaluate.js';
import type { Grade } from '../../governance/quality/quality.js';
import type { AssertionResult } from '../../governance/types.js';
import type { Unit, UnitVerdict } from '../../governance/unit.js';
import { globMatches } from '../../kernel/glob.js';
import { showControl } from '../../kernel/show-control.js';
import type { Snapshot } from '../../workspace/types.js';
import { limitReached } from '../parking/is-parked.js';
import { blockedBy } from '../reconcile/examined.js';
import { shortfallOf } from '../reconcile/evaluate.js';
import type { Reconciled } from '../types.js';
import { hashesOf, matching } from './unit-conditions.js';

type Found = {
  readonly pass: Reconciled;
  readonly unit: Unit;
  readonly criteria: readonly AssertionResult[];
  /** Which the workspace did not have before. */
  readonly errors: readonly string[];
  /** As the pass leaves it. */
  readonly snapshot: Snapshot;
};
type Decided = Pick<UnitVerdict, 'outcome' | 'cause' | 'why'>;

/** A row of a log must stay short. */
const MOST_NAMED = 3;

export function verdictOf(found: Found): UnitVerdict {
  const { pass, unit, criteria, snapshot } = found;
  const { tokensIn, tokensOut, cost } = pass.outcome.usage;
  const isUsageKnown = tokensIn !== undefined || tokensOut !== undefined;
  const paths = new Set([...matching(snapshot, unit.produces), ...pass.outputs]);
  return {
    runId: pass.runId,
    ...decide(found),
    criteria,
    outputs: hashesOf(snapshot, [...paths].sort()),
    consumed: consumedBy(pass, unit),
    minutes: (snapshot.now.getTime() - Date.parse(pass.started)) / 60_000,
    tokens: isUsageKnown ? (tokensIn ?? 0) + (tokensOut ?? 0) : undefined,
    cost,
  };
}

function decide({ pass, unit, criteria, errors }: Found): Decided {
  const { outcome, undone, conflicts, findings } = pass;
  const broken = blockedBy(findings);
  if (broken !== undefined)
    return { outcome: 'unproved', cause: broken.isScope ? 'scope' : 'rule', why: broken.why };
  if (limitReached(outcome) !== undefined)
    return {
      outcome: unit.neverAsks === true ? 'unproved' : 'parked',
      cause: 'budget',
      why: outcome.detail,
    };
  if (undone.length > 0) {
    const names = some(undone.map(({ path, code }) => `${showControl(path)} (${code})`));
    return { outcome: 'unproved', cause: 'scope', why: `it changed what it may not: ${names}` };
  }
  if (outcome.kind === 'failed')
    return {
      outcome: 'broken',
      cause: outcome.failure === 'over-budget' ? 'budget' : 'agent',
      why: failureText(outcome, unit),
    };
  const unmet = criteria.filter((result) => !isMet(result));
  const lacking = some(unmet.map((result) => `${result.assertion}: ${shortfallOf(result)}`));
  const isAsking = (outcome.report.escalation?.question.trim() ?? '') !== '';
  if (unmet.length > 0 && isAsking && unit.neverAsks !== true)
    return { outcome: 'parked', cause: 'criteria', why: `it asks the owner; ${lacking}` };
  if (conflicts.length > 0) {
    const names = some(conflicts.map(showControl));
    return { outcome: 'unproved', cause: 'conflict', why: `others changed the same: ${names}` };
  }
  if (unmet.length > 0) return { outcome: 'unproved', cause: 'criteria', why: lacking };
  if (errors.length > 0) return { outcome: 'unproved', cause: 'rule', why: some(errors) };
  const proofs =
    criteria.length === 1 ? 'its criterion is met' : `all ${criteria.length} criteria are met`;
  return {
    outcome: 'proved',
    cause: undefined,
    why: criteria.length === 0 ? 'it ended well' : proofs,
  };
}

/** Of a program, that it crashed says no more than how it ended. */
function failureText({ failure = 'crashed', detail }: RunOutcome, { command }: Unit): string {
  return command !== undefined && failure === 'crashed' ? detail : `${failure}: ${detail}`;
}

function some(all: readonly string[]): string {
  const more = all.length - MOST_NAMED;
  return [...all.slice(0, MOST_NAMED), ...(more > 0 ? [`${more} more`] : [])].join('; ');
}

/** As they were when its agent began. */
function consumedBy(
  { baseline }: Reconciled,
  { consumes }: Unit,
): Readonly<Record<string, string>> {
  if (consumes.length === 0) return {};
  return Object.fromEntries(
    Object.entries(baseline.files).flatMap(([path, { hash }]) =>
      consumes.some((glob) => globMatches(glob, path)) ? [[path, hash] as const] : [],
    ),
  );
}

export function gradeOfUnit({ outcome }: UnitVerdict): Grade {
  if (outcome === 'parked') return 'PARKED';
  return outcome === 'proved' || outcome === 'review' ? 'ADEQUATE' : 'FAIL';
}
