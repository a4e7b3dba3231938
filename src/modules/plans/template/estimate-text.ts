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
  { minutes, cost, steps, unknown }: PlanEstimate,
): readonly string[] {
  if (steps.size === 0 && unknown.length === 0) return [];
  const time = minutes === 0 ? 'no time' : spokenDuration(minutes * 60_000);
  const price = cost === undefined ? '' : ` and ${costText(cost, ownCurrency(snapshot))}`;
  const shown = unknown.slice(0, MOST_NAMED).join(', ');
  const more = unknown.length > MOST_NAMED ? ` and ${unknown.length - MOST_NAMED} more` : '';
  return [
    `What is left takes about ${time} on the critical path (*)${price}.`,
    ...(unknown.length === 0
      ? []
      : [
          `By their budgets, because nothing like them was done yet: ${plural(unknown.length, 'step')} (${shown}${more}).`,
        ]),
  ];
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
  return { minutes: plan.minutes, cost: plan.cost ?? null, unknown: plan.unknown, steps: each };
}
