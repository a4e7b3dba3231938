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

/** The header of an answer 402; the amounts are in others that begin so. */
const SCOPE = 'x-nocturne-limit';
const UNITS: readonly SpendUnit[] = ['tokens', 'cost'];

export function limitHeaders(reached: ReachedLimit): Readonly<Record<string, string>> {
  const { scope, project, unit, used, limit, needed } = reached;
  return defined({
    [SCOPE]: scope,
    [`${SCOPE}-project`]: project === undefined ? undefined : encodeURIComponent(project),
    [`${SCOPE}-unit`]: unit,
    [`${SCOPE}-used`]: used?.toString(),
    [`${SCOPE}-amount`]: limit?.toString(),
    [`${SCOPE}-needed`]: needed?.toString(),
  }) as Readonly<Record<string, string>>;
}

/** From the headers with which the meter answers 402; `undefined`: another endpoint answered. */
export function limitOfHeaders(headers: unknown): ReachedLimit | undefined {
  if (!(headers instanceof Headers)) return undefined;
  const named = headers.get(SCOPE);
  const scope = LIMIT_SCOPES.find((known) => known === named);
  if (scope === undefined) return undefined;
  const project = headers.get(`${SCOPE}-project`);
  const amount = (name: string): number | undefined => {
    const text = headers.get(name) ?? '';
    return text !== '' && Number(text) >= 0 ? Number(text) : undefined;
  };
  return {
    scope,
    ...defined({
      project: project === null ? undefined : decodeURIComponent(project),
      unit: UNITS.find((unit) => unit === headers.get(`${SCOPE}-unit`)),
      used: amount(`${SCOPE}-used`),
      limit: amount(`${SCOPE}-amount`),
      needed: amount(`${SCOPE}-needed`),
    }),
  };
}
