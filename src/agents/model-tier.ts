/** Decides which runner and model a pass gets, and when its budget is used up. */
import { plural } from '../kernel/words.js';
import { defined } from '../kernel/defined.js';
import type { Rec } from '../markdown/types.js';
import { doesNotFit, limitedTo, type NightLeft, usedUp } from './night-budget.js';
import type { Usage } from './types.js';

/** From the strongest; a tier with no pass left today gives way to the next. */
export const TIER_ORDER = ['heavy', 'standard', 'lightweight'] as const;

export type TierLimits = {
  readonly maxMinutes: number;
  readonly maxTokens: number | undefined;
  readonly maxCost: number | undefined;
};
/** A row of MODEL-TIERS.md. `undefined`: no limit. */
export type TierRow = {
  readonly tier: string;
  readonly runner: string;
  readonly model: string;
  readonly limits: TierLimits;
  readonly maxPerDay: number | undefined;
  readonly maxAtOnce?: number | undefined;
};

const DEFAULT_MINUTES = 30;

/** An unreadable number counts as 0, so that a mistake never lifts a limit. */
export function tierRows(records: readonly Rec[]): readonly TierRow[] {
  return records.map((record) => {
    const text = (field: string): string => record.fields.get(field)?.value.trim() ?? '';
    const limit = (field: string): number | undefined => {
      if (text(field) === '') return undefined;
      const value = Number(text(field));
      return Number.isFinite(value) && value >= 0 ? value : 0;
    };
    return {
      tier: text('tier'),
      runner: text('runner'),
      model: text('model'),
      maxPerDay: limit('max_per_day'),
      maxAtOnce: limit('max_at_once'),
      limits: {
        maxMinutes: limit('max_minutes') ?? DEFAULT_MINUTES,
        maxTokens: limit('max_tokens'),
        maxCost: limit('max_cost'),
      },
    };
  });
}

export type TierRequest = {
  readonly tiers: readonly TierRow[];
  readonly wanted: string;
  /** Passes run today, by tier. */
  readonly usedToday: Readonly<Record<string, number>>;
  /** The project's runner, which overrides the tier's. */
  readonly runner?: string;
  /** Default: the night has no budget. */
  readonly night?: NightLeft;
};

export type TierChoice =
  | {
      readonly kind: 'chosen';
      readonly tier: string;
      readonly runner: string;
      readonly model: string;
      readonly limits: TierLimits;
      /** Why it is not the requested tier. */
      readonly downgraded?: string;
    }
  | { readonly kind: 'unknown-tier'; readonly reason: string }
  | NotNow;
/** `exhausted`: by the limits of the day. */
export type NotNow = { readonly kind: 'exhausted' | 'night-over'; readonly reason: string };

/** The requested tier, or the next cheaper one that has a pass left today and fits in the night. */
export function chooseTier(request: TierRequest): TierChoice {
  const { tiers, wanted, usedToday, runner, night = {} } = request;
  const names = tiers.map(({ tier }) => tier);
  if (!names.includes(wanted))
    return {
      kind: 'unknown-tier',
      reason: `Tier \`${wanted}\` is not in MODEL-TIERS.md, which has ${names.length === 0 ? 'no tiers' : names.join(', ')}.`,
    };
  const over = usedUp(night);
  if (over !== undefined) return { kind: 'night-over', reason: over };
  const rows = [wanted, ...cheaperThan(wanted)].flatMap(
    (name) => tiers.find(({ tier }) => tier === name) ?? [],
  );
  const allowed = rows.filter((row) => notToday(row, usedToday) === undefined);
  const refused: string[] = [];
  for (const row of rows) {
    const isLast = row === allowed.at(-1);
    const why = notToday(row, usedToday) ?? doesNotFit(row.tier, row.limits, { night, isLast });
    if (why !== undefined) {
      refused.push(why);
      continue;
    }
    return {
      kind: 'chosen',
      tier: row.tier,
      runner: runner === undefined || runner === '' ? row.runner : runner,
      model: row.model,
      limits: limitedTo(row.limits, night),
      ...defined({
        downgraded:
          refused.length === 0 ? undefined : `${refused.join('; ')}; ${row.tier} is used instead`,
      }),
    };
  }
  const reasons = refused.join('; ');
  if (allowed.length > 0)
    return { kind: 'night-over', reason: `No pass fits into the rest of this night: ${reasons}.` };
  const isOff = rows.every(({ maxPerDay }) => maxPerDay === 0);
  return {
    kind: 'exhausted',
    reason: `${isOff ? 'No pass may run' : 'No pass is left today'}: ${reasons}.`,
  };
}

function notToday(
  { tier, maxPerDay }: TierRow,
  usedToday: TierRequest['usedToday'],
): string | undefined {
  const used = usedToday[tier] ?? 0;
  if (maxPerDay === undefined || used < maxPerDay) return undefined;
  if (maxPerDay === 0) return `${tier} is turned off (its daily limit is 0)`;
  return `${tier} was used ${used} of ${plural(maxPerDay, 'time')} today`;
}

export type OverBudget = {
  readonly what: 'tokens' | 'cost';
  readonly used: number;
  readonly limit: number;
  readonly detail: string;
};

/** Unknown usage is within every limit. */
export function overBudget(
  usage: Usage,
  limits: Pick<TierLimits, 'maxTokens' | 'maxCost'>,
): OverBudget | undefined {
  const tokens = (usage.tokensIn ?? 0) + (usage.tokensOut ?? 0);
  if (limits.maxTokens !== undefined && tokens > limits.maxTokens)
    return {
      what: 'tokens',
      used: tokens,
      limit: limits.maxTokens,
      detail: `${tokens} tokens were used of ${limits.maxTokens}.`,
    };
  const cost = usage.cost ?? 0;
  if (limits.maxCost !== undefined && cost > limits.maxCost)
    return {
      what: 'cost',
      used: cost,
      limit: limits.maxCost,
      detail: `${cost} was spent of ${limits.maxCost}.`,
    };
  return undefined;
}

function cheaperThan(wanted: string): readonly string[] {
  const index = (TIER_ORDER as readonly string[]).indexOf(wanted);
  return index === -1 ? [] : TIER_ORDER.slice(index + 1);
}
