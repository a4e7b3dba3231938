/** Sums of the ledger's rows: in all, and by day, project, model and pass. */
import { NO_CALLS, withReserved, withSettled } from '../ledger/call-sum.js';
import { NOTHING, plus } from '../ledger/money.js';
import type { LedgerRow, ReserveRow } from '../ledger/rows.js';
import { runOfAccount } from '../ledger/totals.js';
import type { CallSum, Spend } from '../ledger/types.js';

export const GROUPINGS = ['day', 'project', 'model', 'pass'] as const;
export type Grouping = (typeof GROUPINGS)[number];

export type SpendSums = {
  readonly total: CallSum;
  readonly by: Readonly<Record<Grouping, ReadonlyMap<string, CallSum>>>;
  /** By runner and model, such as `gpt (gpt-5)`. */
  readonly overchargedBy: ReadonlyMap<string, Spend>;
};

/** Call `add` for each row, oldest first. @param dayOf of the owner, by a row's time. */
export function spendSums(options: {
  readonly since: string;
  readonly dayOf: (time: string) => string;
}): {
  readonly add: (row: LedgerRow) => void;
  readonly sums: () => SpendSums;
} {
  const running = new Map<string, ReserveRow>();
  const overchargedBy = new Map<string, Spend>();
  const by: Record<Grouping, Map<string, CallSum>> = {
    day: new Map(),
    project: new Map(),
    model: new Map(),
    pass: new Map(),
  };
  let total = NO_CALLS;
  const change = (call: ReserveRow, of: (sum: CallSum) => CallSum): void => {
    total = of(total);
    for (const grouping of GROUPINGS) {
      const name = nameIn(grouping, call, options.dayOf);
      by[grouping].set(name, of(by[grouping].get(name) ?? NO_CALLS));
    }
  };
  return {
    add(row) {
      if (row.kind === 'reserve') {
        if (row.time < options.since) return;
        running.set(row.id, row);
        change(row, (sum) => withReserved(sum, row));
        return;
      }
      const call = running.get(row.id);
      if (call === undefined) return;
      running.delete(row.id);
      change(call, (sum) => withSettled(sum, call, row));
      const name = `${call.runner} (${call.model})`;
      if (row.over !== undefined)
        overchargedBy.set(name, plus(overchargedBy.get(name) ?? NOTHING, row.over));
    },
    sums: () => ({ total, by, overchargedBy }),
  };
}

function nameIn(grouping: Grouping, call: ReserveRow, dayOf: (time: string) => string): string {
  if (grouping === 'day') return dayOf(call.time);
  if (grouping === 'pass') return runOfAccount(call.runId);
  return call[grouping] === '' ? '-' : call[grouping];
}
