/**
 * What each account holds: the sum of its settled calls, and of the reservations of running ones.
 * Accounts of nights and months long over are dropped. Those of passes stay, because the limit of a
 * project counts all of them: whether the meter saw a pass decides whether its report counts.
 */
import { NO_CALLS, spendOf, withReserved, withSettled } from './call-sum.js';
import { minus, NOTHING, plus } from './money.js';
import type { LedgerRow, ReserveRow, SettleRow } from './rows.js';
import type { CallSum, Limit, Spend } from './types.js';

/** The calls that a limit counts. */
export type Account = Pick<Limit, 'scope' | 'project' | 'isShared'> &
  Pick<ReserveRow, 'runId' | 'night' | 'month'>;

/** By night or month, then by project; the project `''` is all of them. */
type Periods = readonly (readonly [string, readonly (readonly [string, Spend])[]])[];

/** As a checkpoint stores them. */
export type StoredTotals = {
  readonly nights: Periods;
  readonly months: Periods;
  readonly projects: readonly (readonly [string, Spend])[];
  readonly passes: readonly (readonly [string, CallSum])[];
  readonly running: readonly ReserveRow[];
};

export interface Totals {
  apply(row: LedgerRow): void;
  used(account: Account): Spend;
  pass(runId: string): CallSum;
  /** Of a pass with its judges. */
  run(runId: string): Spend;
  /** Reserved and not settled. */
  running(id: string): ReserveRow | undefined;
  stored(): StoredTotals;
}

const KEPT_PERIODS = 3;

export function totalsFrom(stored?: StoredTotals): Totals {
  const nights = periods(stored?.nights);
  const months = periods(stored?.months);
  const projects = new Map(stored?.projects);
  const passes = new Map(stored?.passes);
  const runs = new Map<string, Spend>();
  for (const [account, sum] of passes) addTo(runs, runOfAccount(account), sum);
  const running = new Map(stored?.running.map((row) => [row.id, row]));

  const add = ({ runId, night, month, project }: ReserveRow, amount: Spend): void => {
    addTo(runs, runOfAccount(runId), amount);
    addTo(projects, project, amount);
    for (const [kept, key] of [
      [nights, night],
      [months, month],
    ] as const)
      for (const name of ['', project]) addTo(periodIn(kept, key), name, amount);
  };
  const reserve = (row: ReserveRow): void => {
    running.set(row.id, row);
    add(row, spendOf(row));
    const before = passes.get(row.runId) ?? NO_CALLS;
    passes.set(row.runId, withReserved(before, row));
  };
  const settle = (row: SettleRow): void => {
    const reserved = running.get(row.id);
    if (reserved === undefined) return;
    running.delete(row.id);
    add(reserved, minus(spendOf(row), spendOf(reserved)));
    const before = passes.get(reserved.runId);
    if (before !== undefined) passes.set(reserved.runId, withSettled(before, reserved, row));
  };
  return {
    apply: (row) => (row.kind === 'settle' ? settle(row) : reserve(row)),
    used({ scope, project, runId, night, month, isShared }) {
      if (scope === 'pass')
        return (isShared === true ? runs.get(runOfAccount(runId)) : passes.get(runId)) ?? NOTHING;
      if (scope === 'project') return projects.get(project ?? '') ?? NOTHING;
      const kept = scope === 'night' ? nights.get(night) : months.get(month);
      return kept?.get(project ?? '') ?? NOTHING;
    },
    pass: (runId) => passes.get(runId) ?? NO_CALLS,
    run: (runId) => runs.get(runId) ?? NOTHING,
    running: (id) => running.get(id),
    stored: () => ({
      nights: storedPeriods(nights),
      months: storedPeriods(months),
      projects: [...projects],
      passes: [...passes],
      running: [...running.values()],
    }),
  };
}

/** A judge has an account of its own; its calls belong to the pass. */
export function runOfAccount(account: string): string {
  return account.split('.')[0] ?? account;
}

function addTo(accounts: Map<string, Spend>, name: string, amount: Spend): void {
  accounts.set(name, plus(accounts.get(name) ?? NOTHING, amount));
}

type KeptPeriods = Map<string, Map<string, Spend>>;

function periods(stored: Periods = []): KeptPeriods {
  return new Map(stored.map(([key, accounts]) => [key, new Map(accounts)]));
}

function storedPeriods(kept: KeptPeriods): Periods {
  return [...kept].map(([key, accounts]) => [key, [...accounts]]);
}

function periodIn(kept: KeptPeriods, key: string): Map<string, Spend> {
  const accounts = kept.get(key) ?? new Map<string, Spend>();
  kept.set(key, accounts);
  dropOldest(kept, KEPT_PERIODS);
  return accounts;
}

/** In the order in which they were added. */
function dropOldest(map: Map<string, unknown>, keep: number): void {
  for (const key of map.keys()) {
    if (map.size <= keep) return;
    map.delete(key);
  }
}
