/** The estimate of a plan, for people and for programs. */
import { spokenDuration } from '../../../agents/spoken-duration.js';
import { plural } from '../../../kernel/words.js';
import { costText } from '../../../project/amount-text.js';
import { ownCurrency } from '../../../project/currency.js';
import type { Snapshot } from '../../../workspace/types.js';
import type { PlanEstimate } from './estimate.js';

const MOST_NAMED = 5;

/** Nothing for a plan in which nothing is left to do. */
export function estimateLines(
  snapshot: Snapshot,
  { minutes, cost, steps, unknown, uncounted }: PlanEstimate,
): readonly string[] {
  if (steps.size === 0 && unknown.length === 0) return [];
  const time = minutes === 0 ? 'no time' : spokenDuration(minutes * 60_000);
  const price = cost === undefined ? '' : ` and ${costText(cost, ownCurrency(snapshot))}`;
  const isCounted = minutes > 0 || uncounted.length === 0;
  const budgeted = unknown.filter((id) => !uncounted.includes(id));
  return [
    isCounted
      ? `What is left takes about ${time} on the critical path (*)${price}.`
      : 'How long it takes is not known yet.',
    ...about('From their budgets, because nothing like them has been done yet', budgeted),
    ...about(
      'Not counted, because they have no budget and nothing like them has been done',
      uncounted,
    ),
  ];
}

function about(what: string, steps: readonly string[]): readonly string[] {
  if (steps.length === 0) return [];
  const more = steps.length > MOST_NAMED ? ` and ${steps.length - MOST_NAMED} more` : '';
  const names = steps.slice(0, MOST_NAMED).join(', ');
  return [`${what}: ${plural(steps.length, 'step')} (${names}${more}).`];
}

export function estimateFacts({ steps, ...plan }: PlanEstimate): Readonly<Record<string, unknown>> {
  const each = [...steps].map(([id, { like, minutes, tokens, cost, ...rest }]) => ({
    id,
    minutes,
    tokens: tokens ?? null,
    cost: cost ?? null,
    like,
    like_steps: rest.steps,
  }));
  return {
    minutes: plan.minutes,
    cost: plan.cost ?? null,
    unknown: plan.unknown,
    uncounted: plan.uncounted,
    steps: each,
  };
}
