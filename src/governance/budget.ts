/** What one pass may use: the tier that was asked for, or a lower one when its day is used up. */
import { dateStamp } from '../kernel/clock.js';
import type { Rec } from '../markdown/types.js';
import type { Snapshot } from '../workspace/types.js';
import { fieldInt, fieldText, fieldTime } from './field-text.js';

export const DEFAULT_CONTEXT_BUDGET = 80_000;

/** Tokens of `80000`, `80K` or `1.5M`; `undefined` when it is none of these. */
export function parseTokens(text: string): number | undefined {
  const found = /^(\d+(?:\.\d+)?)\s*([km]?)$/i.exec(text.trim().replaceAll('_', ''));
  if (found === null) return undefined;
  const tokens = Math.round(Number(found[1]) * ({ k: 1000, m: 1_000_000 }[found[2]?.toLowerCase() ?? ''] ?? 1));
  return tokens > 0 ? tokens : undefined;
}

export type TierLimits = { readonly tier: string; readonly runner: string; readonly model: string; readonly maxMinutes: number; readonly maxTokens: number | undefined; readonly maxCost: number | undefined };
export type TierChoice =
  | { readonly kind: 'tier'; readonly limits: TierLimits; readonly downgradedFrom?: string; readonly why: string }
  | { readonly kind: 'none'; readonly why: string };

/** From the most to the least expensive; a tier that is not among them is never downgraded to or from. */
const LADDER: readonly string[] = ['heavy', 'standard', 'lightweight'];

/** The tier a pass gets today. */
export function chooseTier(snapshot: Snapshot, wanted: string): TierChoice {
  const name = wanted === '' ? 'standard' : wanted;
  const steps = LADDER.includes(name) ? LADDER.slice(LADDER.indexOf(name)) : [name];
  const reasons: string[] = [];
  for (const step of steps) {
    const record = snapshot.record('MODEL-TIER', step);
    if (record === undefined) {
      // An unknown tier is a mistake to be told, not a reason to spend less.
      if (step === name) return { kind: 'none', why: `there is no tier "${name}" in MODEL-TIERS.md` };
      continue;
    }
    const problem = unusable(snapshot, record);
    if (problem === undefined) return { kind: 'tier', limits: limitsOf(record), ...(step === name ? {} : { downgradedFrom: name }), why: reasons.length === 0 ? `tier ${step}` : `tier ${step}, because ${reasons.join(' and ')}` };
    reasons.push(problem);
  }
  return { kind: 'none', why: reasons.join(' and ') };
}

function unusable(snapshot: Snapshot, tier: Rec): string | undefined {
  if (fieldInt(tier, 'max_minutes') === undefined) return `the tier ${tier.key} has no readable max_minutes`;
  const text = fieldText(tier, 'max_per_day');
  if (text === '') return undefined;
  const limit = fieldInt(tier, 'max_per_day');
  if (limit === undefined) return `max_per_day of ${tier.key} is "${text}", not a number`;
  const used = usesToday(snapshot, tier);
  return used < limit ? undefined : `${tier.key} was used ${used} of ${limit} times today`;
}

/** Passes of this UTC day with the tier's runner and model. */
function usesToday(snapshot: Snapshot, tier: Rec): number {
  const today = dateStamp(snapshot.now);
  return snapshot.records('RUN').filter((run) => {
    const started = fieldTime(run, 'started');
    return started !== undefined && dateStamp(new Date(started)) === today && fieldText(run, 'runner') === fieldText(tier, 'runner') && fieldText(run, 'model') === fieldText(tier, 'model');
  }).length;
}

function limitsOf(tier: Rec): TierLimits {
  const cost = fieldText(tier, 'max_cost');
  return { tier: tier.key, runner: fieldText(tier, 'runner'), model: fieldText(tier, 'model'), maxMinutes: fieldInt(tier, 'max_minutes') ?? 0, maxTokens: fieldInt(tier, 'max_tokens'), maxCost: cost === '' ? undefined : Number(cost) };
}
