/** What a night may still use, and how much of it a pass of a tier needs. */
import { defined } from '../kernel/defined.js';
import { plural } from '../kernel/words.js';
import { isTooLittle } from '../project/spend-floor.js';
import type { TierLimits } from './model-tier.js';

export const NIGHT_UNITS = ['passes', 'minutes', 'tokens', 'cost'] as const;
export type NightUnit = (typeof NIGHT_UNITS)[number];
export type NightLimits = Readonly<Partial<Record<NightUnit, number>>>;
export type NightUse = Readonly<Record<NightUnit, number>>;
/** `of`: whose budget it is, if not the night's. */
export type Budget = {
  readonly limits: NightLimits;
  readonly used: NightUse;
  readonly of?: string;
};
type Left = { readonly limit: number; readonly left: number; readonly of?: string };
/** Of the tightest budget that applies. A unit without a limit is missing. */
export type NightLeft = Readonly<Partial<Record<NightUnit, Left>>>;

const THE_NIGHT = 'this night';

export function nightLeft(budgets: readonly Budget[]): NightLeft {
  const all: [NightUnit, Left][] = [];
  for (const unit of NIGHT_UNITS) {
    const [tightest] = budgets
      .flatMap(({ limits, used, of }) => {
        const limit = limits[unit];
        return limit === undefined
          ? []
          : [{ limit, left: Math.max(0, exact(limit - used[unit])), ...defined({ of }) }];
      })
      .sort((a, b) => a.left - b.left);
    if (tightest !== undefined) all.push([unit, tightest]);
  }
  return Object.fromEntries(all);
}

/** Without the last digits of a difference between fractions. */
function exact(difference: number): number {
  return Math.round(difference * 1e9) / 1e9;
}

/** Why no pass can begin, whatever its tier; `undefined`: one may. */
export function usedUp(night: NightLeft): string | undefined {
  const gone = NIGHT_UNITS.flatMap((unit) => {
    const rest = night[unit];
    if (rest === undefined || rest.left >= (unit === 'passes' ? 1 : Number.MIN_VALUE)) return [];
    return [{ of: rest.of, amount: amount(unit, rest.limit) }];
  });
  const [first] = gone;
  if (first === undefined) return undefined;
  const amounts = gone.filter(({ of }) => of === first.of).map((part) => part.amount);
  return `The budget of ${first.of ?? THE_NIGHT} is used up: ${amounts.join(', ')}.`;
}

/** Why a pass of this tier cannot begin in what is left. `isLast`: no cheaper tier is left. */
export function doesNotFit(
  name: string,
  limits: TierLimits,
  { night, isLast }: { readonly night: NightLeft; readonly isLast: boolean },
): string | undefined {
  for (const unit of ['minutes', 'tokens', 'cost'] as const) {
    const [needed, rest] = [limitOf(limits, unit), night[unit]];
    if (needed === undefined || rest === undefined) continue;
    if (isLast ? isTooLittle(rest.left, needed) : rest.left < needed)
      return `${name} may use ${amount(unit, needed)}, and ${rounded(rest.left)} of ${rest.limit} are left for ${rest.of ?? THE_NIGHT}`;
  }
  return undefined;
}

/** A pass never gets more than what is left. */
export function limitedTo(limits: TierLimits, night: NightLeft): TierLimits {
  const { minutes, tokens, cost } = night;
  return {
    maxMinutes: Math.min(limits.maxMinutes, minutes?.left ?? Number.POSITIVE_INFINITY),
    maxTokens: least(limits.maxTokens, tokens?.left),
    maxCost: least(limits.maxCost, cost?.left),
  };
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}

export function limitOf(limits: TierLimits, unit: NightUnit): number | undefined {
  if (unit === 'passes') return 1;
  if (unit === 'minutes') return limits.maxMinutes;
  return unit === 'tokens' ? limits.maxTokens : limits.maxCost;
}

const SINGULAR = { passes: 'pass', minutes: 'minute', tokens: 'token' } as const;

function amount(unit: NightUnit, count: number): string {
  if (unit === 'cost') return `a cost of ${count}`;
  return plural(count, SINGULAR[unit], unit);
}

function rounded(count: number): number {
  return Math.round(count * 100) / 100;
}
