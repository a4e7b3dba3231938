/** What a call has cost, on the safe side: unless usage was counted, all that was reserved. */
import { stamp } from '../../../kernel/clock.js';
import { defined } from '../../../kernel/defined.js';
import { costOf, excess, tokensOf } from './money.js';
import { isCount, type ReserveRow, type SettleRow } from './rows.js';
import { spendOf } from './call-sum.js';
import type { Counted, Outcome, Price } from './types.js';

/** No call has so many tokens; a count beyond is not believed. */
const MOST_TOKENS = 1_000_000_000;

export function settlement(
  call: { readonly reserved: ReserveRow; readonly price: Price | undefined; readonly now: Date },
  outcome: Outcome,
): SettleRow {
  const { reserved, price, now } = call;
  const row = { kind: 'settle', id: reserved.id, time: stamp(now) } as const;
  if (outcome.kind === 'not-sent') return { ...row, how: 'not-sent', tokens: 0, nanos: 0 };
  if (outcome.kind === 'unconfirmed' || !isBelievable(outcome.usage)) {
    const { tokens, nanos } = reserved;
    return { ...row, how: 'unconfirmed', tokens, ...defined({ nanos }) };
  }
  const { usage } = outcome;
  const { input, output, cacheRead, cacheWrite } = usage;
  const tokens = tokensOf(usage);
  const nanos = price === undefined ? undefined : costOf(price, usage);
  const spent = spendOf(defined({ tokens, nanos }));
  return {
    ...row,
    how: 'counted',
    ...{ input, output, cacheRead, cacheWrite },
    tokens,
    ...defined({ nanos, over: excess(spent, spendOf(reserved)) }),
  };
}

function isBelievable({ input, output, cacheRead, cacheWrite }: Counted): boolean {
  return [input, output, cacheRead, cacheWrite].every(
    (count) => isCount(count) && count <= MOST_TOKENS,
  );
}
