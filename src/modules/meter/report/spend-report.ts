/** What was spent since a day: by the ledger, and by the reports of passes that no meter saw. */
import { stamp } from '../../../kernel/clock.js';
import { defined } from '../../../kernel/defined.js';
import { fieldText } from '../../../project/field-text.js';
import { dayIn, ownerZone } from '../../../project/owner-zone.js';
import { rowsSince } from '../../../project/recent-rows.js';
import { NOT_ENFORCED, SPENDING } from '../../../passes/spending-row.js';
import type { Snapshot } from '../../../workspace/types.js';
import { balancesOf, periodsAt, usedLimits } from '../ledger/balances.js';
import { readLedger } from '../ledger/ledger.js';
import { lostSince } from '../ledger/named-places.js';
import { type Stopped, stoppedUntil } from '../ledger/stopped.js';
import { NANOS, NOTHING } from '../ledger/money.js';
import type { LogPlace } from '../../../workspace/synced-log.js';
import { type Totals, totalsFrom } from '../ledger/totals.js';
import type { Balance, CallSum, Limit, Spend } from '../ledger/types.js';
import { meterDirectory } from '../live-meter.js';
import { limitProblems, limitProblemText } from '../../../project/spend-floor.js';
import { ownCurrency } from '../../../project/currency.js';
import { limitsOf } from '../page/limits.js';
import { spendSums, type SpendSums } from './spend-sums.js';

/** What passes reported whose calls no meter saw. */
export type NotEnforced = {
  readonly passes: number;
  readonly tokens: number;
  readonly cost: number;
};

export type SpendReport = SpendSums & {
  readonly since: Date;
  readonly until: Date;
  readonly zone: string;
  readonly currency: string | undefined;
  readonly notEnforced: NotEnforced;
  /** Of the night, the month and the projects, as they are now. */
  readonly balances: readonly Balance[];
  /** Limits that cannot work, each with its place. */
  readonly problems: readonly string[];
  readonly stopped: Stopped | undefined;
  /** Where the ledger ends. */
  readonly place: LogPlace;
  /** The passes that closed with rows that the ledger no longer has, the last one first. */
  readonly lost: readonly string[];
};

/** @throws NocturneError `GATE` for a ledger that another program has changed. */
export function spendReport(input: {
  readonly snapshot: Snapshot;
  readonly state: string;
  readonly since: Date;
}): SpendReport {
  const { snapshot, since } = input;
  const directory = meterDirectory(input.state);
  const zone = ownerZone(snapshot);
  const totals = totalsFrom();
  const { add, sums } = spendSums({
    since: stamp(since),
    dayOf: (time) => dayIn(zone, new Date(time)),
  });
  const place = readLedger(directory, (row) => {
    totals.apply(row);
    add(row);
  });
  const found = sums();
  return {
    ...found,
    since,
    until: snapshot.now,
    zone,
    currency: ownCurrency(snapshot),
    notEnforced: notEnforced(snapshot, since, found.by.pass),
    balances: balances(snapshot, totals),
    problems: limitProblems(snapshot).map(limitProblemText),
    stopped: stoppedUntil(directory, snapshot.now),
    place,
    lost: lostSince(snapshot, directory, since),
  };
}

/** A pass may have reached a model both ways: what the meter saw is not counted again. */
function notEnforced(
  snapshot: Snapshot,
  since: Date,
  metered: ReadonlyMap<string, CallSum>,
): NotEnforced {
  const marked = new Set<string>();
  const rows = { field: 'time', since: since.getTime() - 1, containing: NOT_ENFORCED };
  for (const row of rowsSince(snapshot, 'AUDIT', rows))
    if (fieldText(row, 'type') === SPENDING && fieldText(row, 'result') === NOT_ENFORCED)
      marked.add(fieldText(row, 'run_id'));
  const found = { passes: marked.size, tokens: 0, cost: 0 };
  if (marked.size === 0) return found;
  for (const run of rowsSince(snapshot, 'RUN', { field: 'ended', since: since.getTime() - 1 })) {
    if (!marked.has(run.key)) continue;
    const seen = metered.get(run.key) ?? NOTHING;
    const number = (field: string): number => Number(fieldText(run, field) || 0);
    found.tokens += Math.max(0, number('tokens_in') + number('tokens_out') - seen.tokens);
    found.cost += Math.max(0, number('cost') - seen.nanos / NANOS);
  }
  return found;
}

function balances(snapshot: Snapshot, totals: Totals): readonly Balance[] {
  const periods = periodsAt(ownerZone(snapshot), snapshot.now);
  const isMetered = (runId: string): boolean => totals.pass(runId).calls > 0;
  const counted = (runId: string): Spend => totals.run(runId);
  const projects = [undefined, ...snapshot.records('DISPATCH').map((row) => row.key)];
  const used = projects.flatMap((project) => {
    const limits = limitsOf(snapshot, { project, isMetered, counted }).flatMap((limit): Limit[] => {
      const isOwn = limit.scope === 'project' || limit.project !== undefined;
      if (limit.scope === 'pass' || isOwn !== (project !== undefined)) return [];
      return [{ ...limit, ...defined({ project }) }];
    });
    return usedLimits(limits, totals, { runId: '', project: project ?? '', ...periods });
  });
  return balancesOf(used);
}
