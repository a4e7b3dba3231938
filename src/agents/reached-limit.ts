/** A limit on spending that ended a run: whose it is, and how much of it was used. */
import { defined } from '../kernel/defined.js';
import type { SpendUnit } from '../project/limit-question.js';
import type { OverBudget } from './model-tier.js';
import type { Failed } from './run-clock.js';

/**
 * Whose limit. `stopped`: the owner stopped all spending. `unpriced`: the model has no price, so
 * nothing can be reserved for it.
 */
export const LIMIT_SCOPES = ['pass', 'project', 'night', 'month', 'stopped', 'unpriced'] as const;
export type LimitScope = (typeof LIMIT_SCOPES)[number];

/** Amounts are missing where whoever enforces the limit does not tell them. */
export type ReachedLimit = {
  readonly scope: LimitScope;
  /** The limit counts only this project. */
  readonly project?: string;
  readonly unit?: SpendUnit;
  readonly used?: number;
  readonly limit?: number;
  /** What the next request would need at least, in the same unit. */
  readonly needed?: number;
};

/** A tier's limit, which the run enforces itself. @param needed by the next request. */
export function limitOfTier({ what, used, limit, detail }: OverBudget, needed?: number): Failed {
  return {
    failure: 'limit-reached',
    detail,
    limit: { scope: 'pass', unit: what, used, limit, ...defined({ needed }) },
  };
}

const UNITS: readonly SpendUnit[] = ['tokens', 'cost'];

/** From the headers with which the meter answers 402; `undefined`: another endpoint answered. */
export function limitOfHeaders(headers: unknown): ReachedLimit | undefined {
  if (!(headers instanceof Headers)) return undefined;
  const named = headers.get('x-nocturne-limit');
  const scope = LIMIT_SCOPES.find((known) => known === named);
  if (scope === undefined) return undefined;
  const amount = (name: string): number | undefined => {
    const text = headers.get(name) ?? '';
    return text !== '' && Number(text) >= 0 ? Number(text) : undefined;
  };
  return {
    scope,
    ...defined({
      project: headers.get('x-nocturne-limit-project') ?? undefined,
      unit: UNITS.find((unit) => unit === headers.get('x-nocturne-limit-unit')),
      used: amount('x-nocturne-limit-used'),
      limit: amount('x-nocturne-limit-amount'),
      needed: amount('x-nocturne-limit-needed'),
    }),
  };
}
