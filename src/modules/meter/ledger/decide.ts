/** Whether a call fits into every account, and how much it may write. */
import { defined } from '../../../kernel/defined.js';
import { largestOutput, worstCase } from './money.js';
import type { Ask, Limit, Refusal, Spend } from './types.js';

/** A limit, and what is used of it with what running calls have reserved. */
export type UsedLimit = { readonly limit: Limit; readonly used: Spend };

export type Decision =
  | { readonly kind: 'fits'; readonly maxOutput: number; readonly spend: Spend }
  | ({ readonly kind: 'refused' } & Refusal);

/** The output limit of a request that has none, of a model whose largest output is not known. */
const DEFAULT_OUTPUT = 16_384;
/** No model writes so many tokens, and sums of such calls can be counted exactly. */
const MOST_OUTPUT = 1_000_000_000;

/**
 * The output limit is lowered to what the tightest account allows. A call that could then not write
 * `smallest` tokens, or the less that it asks for, is refused.
 */
export function decide(ask: Ask, model: string, accounts: readonly UsedLimit[]): Decision {
  const limitsMoney = accounts.some(({ limit }) => limit.nanos !== undefined);
  if (limitsMoney && ask.price === undefined) return { kind: 'refused', scope: 'unpriced', model };
  const asked = ask.maxOutput ?? ask.price?.maxOutput ?? DEFAULT_OUTPUT;
  const wanted = Math.min(asked, Math.floor(MOST_OUTPUT / (ask.choices ?? 1)));
  const least = Math.min(wanted, ask.smallest);
  const needed = worstCase(ask, least);
  let maxOutput = wanted;
  let tightest: Decision | undefined;
  for (const { limit, used } of accounts)
    for (const unit of ['tokens', 'nanos'] as const) {
      const most = limit[unit];
      if (most === undefined) continue;
      const fits = largestOutput(ask, unit, most - used[unit]);
      if (fits >= maxOutput) continue;
      maxOutput = fits;
      tightest = {
        kind: 'refused',
        scope: limit.scope,
        ...defined({ project: limit.project }),
        unit,
        limit: most,
        used: used[unit],
        needed: needed[unit],
      };
    }
  if (tightest !== undefined && maxOutput < least) return tightest;
  return { kind: 'fits', maxOutput, spend: worstCase(ask, maxOutput) };
}
