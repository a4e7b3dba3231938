/** The sum of some calls, changed by each row of the ledger. */
import { minus, NOTHING, plus } from './money.js';
import type { ReserveRow, SettleRow } from './rows.js';
import type { CallSum, Spend } from './types.js';

export const NO_CALLS: CallSum = {
  ...NOTHING,
  calls: 0,
  running: NOTHING,
  unconfirmed: NOTHING,
  overcharged: NOTHING,
  unpriced: 0,
};

export function spendOf(row: { readonly tokens: number; readonly nanos?: number }): Spend {
  return { tokens: row.tokens, nanos: row.nanos ?? 0 };
}

export function withReserved(sum: CallSum, row: ReserveRow): CallSum {
  const amount = spendOf(row);
  return {
    ...sum,
    ...plus(sum, amount),
    calls: sum.calls + 1,
    running: plus(sum.running, amount),
    unpriced: sum.unpriced + (row.nanos === undefined ? row.tokens : 0),
  };
}

/** @param reserved the row that reserved for it. */
export function withSettled(sum: CallSum, reserved: ReserveRow, row: SettleRow): CallSum {
  const before = spendOf(reserved);
  const change = minus(spendOf(row), before);
  return {
    ...sum,
    ...plus(sum, change),
    running: minus(sum.running, before),
    unconfirmed: row.how === 'unconfirmed' ? plus(sum.unconfirmed, spendOf(row)) : sum.unconfirmed,
    overcharged: plus(sum.overcharged, row.over ?? NOTHING),
    unpriced: sum.unpriced + (reserved.nanos === undefined ? change.tokens : 0),
  };
}
