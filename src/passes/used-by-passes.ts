/** What the passes of a period have used, by what they reported, and else by their limits. */
import { type TierLimits, tierRows } from '../agents/model-tier.js';
import { limitOf, type NightUnit, type NightUse } from '../agents/night-budget.js';
import { defined } from '../kernel/defined.js';
import type { Rec } from '../markdown/types.js';
import { fieldText, fieldTime } from '../project/field-text.js';
import { monthIn, nightIn, ownerZone } from '../project/owner-zone.js';
import { rowsOfRuns, rowsSince } from '../project/recent-rows.js';
import { instantIn } from '../project/zone.js';
import type { Snapshot } from '../workspace/types.js';
import { type BegunPass, LONGEST_MS } from './begun-passes.js';
import type { SpendScope } from './spend-limits.js';

export type Period = {
  /** Runs that started before do not count; in milliseconds. */
  readonly since: number;
  readonly counts: (runId: string, started: Date) => boolean;
  /** Only the passes of this project count. */
  readonly project?: string;
  /** What is counted elsewhere of what a run reported. */
  readonly known?: (runId: string) => Pick<NightUse, 'tokens' | 'cost'>;
};

const DAY_MS = 24 * 3_600_000;
const MINUTE_MS = 60_000;
export const NO_USE: NightUse = { passes: 0, minutes: 0, tokens: 0, cost: 0 };

/** What a limit of this scope counts. */
export function periodOf(
  snapshot: Snapshot,
  scope: Exclude<SpendScope, 'pass'>,
  slug?: string,
): Period {
  const only = defined({ project: slug });
  if (scope === 'project') return { since: 0, counts: () => true, ...only };
  const zone = ownerZone(snapshot);
  if (scope === 'month') {
    const month = monthIn(zone, snapshot.now);
    const since = instantIn(zone, `${month}-01T00:00:00`).getTime() - 1;
    return { since, counts: (_, started) => monthIn(zone, started) === month, ...only };
  }
  const night = nightIn(zone, snapshot.now);
  const since = snapshot.now.getTime() - LONGEST_MS - DAY_MS;
  return { since, counts: (_, started) => nightIn(zone, started) === night, ...only };
}

/** Of a budget that begins after a run. */
export function periodAfter(snapshot: Snapshot, run: string): Period {
  return { ...periodOf(snapshot, 'night'), counts: (runId) => isAfter(runId, run) };
}

/**
 * A running pass counts with its limits, so that what it may use is reserved, and so does one that
 * does not report what it used. Which project a pass is for is known when it has ended.
 */
export function usedBy(snapshot: Snapshot, begun: readonly BegunPass[], period: Period): NightUse {
  const tiers = tierRows(snapshot.records('MODEL-TIER'));
  const passes = new Map(
    begun.flatMap(({ runId, time, tier }) => (period.counts(runId, time) ? [[runId, tier]] : [])),
  );
  const runs = runsIn(snapshot, period, passes);
  for (const [runId, tier] of olderSilent(snapshot, runs, passes)) passes.set(runId, tier);
  const limits = (runId: string): TierLimits | undefined =>
    tiers.find((row) => row.tier === passes.get(runId))?.limits;
  const ended = new Set(runs.map((run) => run.key));
  const running = [...passes.keys()].filter((runId) => !ended.has(runId));
  const sum = (unit: NightUnit): number => {
    const open = period.project === undefined ? running : [];
    const reserved = open.map((runId) => limitIn(limits(runId), unit) ?? Number.POSITIVE_INFINITY);
    const used = runs.map((run) => {
      const own = passes.has(run.key);
      if (!own && unit === 'minutes') return 0;
      const reported = unknown(run, unit, period);
      return reported ?? (own ? limitIn(limits(run.key), unit) : undefined) ?? 0;
    });
    return [...reserved, ...used].reduce((total, amount) => total + amount, 0);
  };
  return {
    passes: passes.size,
    minutes: sum('minutes'),
    tokens: sum('tokens'),
    cost: sum('cost'),
  };
}

/** What the run reported and nobody else counts. */
function unknown(run: Rec, unit: NightUnit, { known }: Period): number | undefined {
  const reported = metered(run, unit);
  if (reported === undefined || known === undefined) return reported;
  if (unit !== 'tokens' && unit !== 'cost') return reported;
  return Math.max(0, reported - known(run.key)[unit]);
}

function limitIn(limits: TierLimits | undefined, unit: NightUnit): number | undefined {
  return limits === undefined ? undefined : limitOf(limits, unit);
}

/** Those that have ended. Managers and judges are none of the passes. */
function runsIn(
  snapshot: Snapshot,
  { since, counts, project }: Period,
  passes: ReadonlyMap<string, string>,
): readonly Rec[] {
  const runs: Rec[] = [];
  const field = { field: 'started', since, ...defined({ containing: project }) };
  for (const run of rowsSince(snapshot, 'RUN', field)) {
    if (project !== undefined && fieldText(run, 'project') !== project) continue;
    const started = new Date(fieldTime(run, 'started') ?? 0);
    if (passes.has(run.key) || counts(run.key, started)) runs.push(run);
  }
  return runs;
}

/** The tiers of earlier passes that did not report what they used. */
function olderSilent(
  snapshot: Snapshot,
  runs: readonly Rec[],
  passes: ReadonlyMap<string, string>,
): readonly (readonly [runId: string, tier: string])[] {
  const silent = runs.filter(
    (run) =>
      fieldText(run, 'runner') !== '' &&
      !passes.has(run.key) &&
      (metered(run, 'tokens') === undefined || metered(run, 'cost') === undefined),
  );
  return rowsOfRuns(snapshot, 'AUDIT', new Set(silent.map((run) => run.key))).flatMap((row) =>
    fieldText(row, 'step') === 'T2.5' && fieldText(row, 'type') === 'budget'
      ? [[fieldText(row, 'run_id'), fieldText(row, 'target')] as const]
      : [],
  );
}

/** What the run reported. The end of a crashed run is when it was found, so its time is unknown. */
function metered(run: Rec, unit: NightUnit): number | undefined {
  const number = (field: string): number | undefined =>
    fieldText(run, field) === '' ? undefined : Number(fieldText(run, field));
  if (unit === 'cost') return number('cost');
  if (unit === 'tokens') {
    const [read, written] = [number('tokens_in'), number('tokens_out')];
    return read === undefined && written === undefined ? undefined : (read ?? 0) + (written ?? 0);
  }
  if (unit === 'passes' || fieldText(run, 'runner') === '') return undefined;
  const [started, ended] = [fieldTime(run, 'started'), fieldTime(run, 'ended')];
  return started === undefined || ended === undefined ? undefined : (ended - started) / MINUTE_MS;
}

/** `RUN-20261121-1000` is after `RUN-20261121-999`. */
export function isAfter(runId: string, other: string): boolean {
  const [[day = '', number = ''], [otherDay = '', otherNumber = '']] = [runId, other].map((id) =>
    id.split('-').slice(1),
  ) as [string[], string[]];
  return day === otherDay ? Number(number) > Number(otherNumber) : day > otherDay;
}
