/** What a call has cost, on the safe side: what was counted, or else the whole reservation. */
import { stamp } from '../../../kernel/clock.js';
import { defined } from '../../../kernel/defined.js';
import { costOf, NOTHING, tokensOf } from './money.js';
import { isCount, type ReserveRow, type SettleRow } from './rows.js';
import { spendOf } from './call-sum.js';
import type { Counted, Outcome, Price, Spend } from './types.js';

/** No call has so many tokens; a count beyond is not believed. */
const MOST_TOKENS = 1_000_000_000;

export type ReservedCall = {
  readonly reserved: ReserveRow;
  readonly price: Price | undefined;
};

export function settlement(
  call: ReservedCall & { readonly now: Date },
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
  return {
    ...row,
    how: 'counted',
    ...{ input, output, cacheRead, cacheWrite },
    tokens,
    ...defined({ nanos, over: overcharge(call, usage) }),
  };
}

function isBelievable({ input, output, cacheRead, cacheWrite }: Counted): boolean {
  return [input, output, cacheRead, cacheWrite].every(
    (count) => isCount(count) && count <= MOST_TOKENS,
  );
}

/** More than the output limit, or than the input can have had; `undefined`: nothing. */
function overcharge({ reserved, price }: ReservedCall, usage: Counted): Spend | undefined {
  const { inputTokens, maxOutput, choices = 1 } = reserved;
  const read = usage.input + usage.cacheRead + usage.cacheWrite;
  const input = Math.max(0, read - inputTokens);
  const output = Math.max(0, usage.output - maxOutput * choices);
  if (price === undefined)
    return input + output === 0 ? undefined : { ...NOTHING, tokens: input + output };
  const over = costOf(price, { input, output, cacheRead: 0, cacheWrite: 0 });
  const nanos = Math.max(over, costOf(price, usage) - spendOf(reserved).nanos);
  return input + output + nanos === 0 ? undefined : { tokens: input + output, nanos };
}
