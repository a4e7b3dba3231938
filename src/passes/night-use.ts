/** What the passes of a night have used and may still use, and which budgets apply to it. */
import { rowsSince } from '../project/recent-rows.js';
import { type TierLimits, type TierRow, tierRows } from '../agents/model-tier.js';
import {
  limitOf,
  NIGHT_UNITS,
  type NightLeft,
  nightLeft,
  type NightLimits,
  type NightUnit,
  type NightUse,
} from '../agents/night-budget.js';
import { defined } from '../kernel/defined.js';
import type { Rec } from '../markdown/types.js';
import { fieldText, fieldTime } from '../project/field-text.js';
import { dayIn, nightIn, ownerZone } from '../project/owner-zone.js';
import type { Snapshot } from '../workspace/types.js';

/** `after`: only runs after this one count; without it, all runs of the owner's night. */
export type NightBudget = { readonly limits: NightLimits; readonly after?: string };

/** A pass whose agent has begun, by its rows in the audit log. */
export type BegunPass = { readonly runId: string; readonly tier: string; readonly time: Date };

/** Two nights and days, one of them an hour longer. */
const LONGEST_MS = 49 * 3_600_000;
const DAY_MS = 24 * 3_600_000;
const MINUTE_MS = 60_000;

/** In the order of the log. A pass that began in these nights may be a little older itself. */
function recentRows(snapshot: Snapshot): readonly Rec[] {
  const since = snapshot.now.getTime() - LONGEST_MS - DAY_MS;
  return [...rowsSince(snapshot, 'AUDIT', { field: 'time', since })].reverse();
}

/** A pass that ended before its agent began has used nothing. */
export function begunPasses(snapshot: Snapshot): readonly BegunPass[] {
  const tiers = new Map<string, string>();
  const begun: BegunPass[] = [];
  for (const row of recentRows(snapshot)) {
    const [step, runId] = [fieldText(row, 'step'), fieldText(row, 'run_id')];
    if (step === 'T2.5' && fieldText(row, 'type') === 'budget')
      tiers.set(runId, fieldText(row, 'target'));
    if (step !== 'T4' || fieldText(row, 'type') !== 'brief') continue;
    const [tier, time] = [tiers.get(runId), fieldTime(row, 'time')];
    if (tier === undefined || time === undefined) continue;
    if (Math.abs(snapshot.now.getTime() - time) <= LONGEST_MS)
      begun.push({ runId, tier, time: new Date(time) });
  }
  return begun;
}

/** Uses of the tiers that only judge: a worker or manager pass has a row for each. */
export function judgeUses(snapshot: Snapshot): readonly BegunPass[] {
  return recentRows(snapshot).flatMap((row): BegunPass[] => {
    const [step, time] = [fieldText(row, 'step'), fieldTime(row, 'time')];
    if (step === 'T2.5' || fieldText(row, 'type') !== 'budget' || time === undefined) return [];
    if (Math.abs(snapshot.now.getTime() - time) > LONGEST_MS) return [];
    const [runId, tier] = [fieldText(row, 'run_id'), fieldText(row, 'target')];
    return [{ runId, tier, time: new Date(time) }];
  });
}

/** Passes by tier, on the day that it is for the owner. */
export function usedToday(
  snapshot: Snapshot,
  begun: readonly BegunPass[],
): Readonly<Record<string, number>> {
  const zone = ownerZone(snapshot);
  const today = dayIn(zone, snapshot.now);
  const used: Record<string, number> = {};
  for (const { tier, time } of begun)
    if (dayIn(zone, time) === today) used[tier] = (used[tier] ?? 0) + 1;
  return used;
}

/** What is left of the owner's night, and of the budget that this command was given. */
export function leftOfNight(
  snapshot: Snapshot,
  begun: readonly BegunPass[],
  given: NightBudget | undefined,
): NightLeft {
  const budgets = [{ limits: ownerLimits(snapshot) }, ...(given === undefined ? [] : [given])];
  return nightLeft(
    budgets
      .filter(({ limits }) => Object.keys(limits).length > 0)
      .map(({ limits, ...budget }) => ({
        limits,
        used: usedBy(snapshot, begun, 'after' in budget ? budget.after : undefined),
      })),
  );
}

/** A number that cannot be read counts as 0, so that a mistake never lifts a limit. */
function ownerLimits(snapshot: Snapshot): NightLimits {
  const owner = snapshot.records('OWNER')[0];
  const limit = (unit: NightUnit): number | undefined => {
    const text = fieldText(owner, `night_${unit}`);
    if (text === '') return undefined;
    return Number(text) >= 0 ? Number(text) : 0;
  };
  return defined(Object.fromEntries(NIGHT_UNITS.map((unit) => [unit, limit(unit)]))) as NightLimits;
}

/**
 * A running pass counts with its limits, so that what it may use is reserved, and so does one that
 * does not report what it used.
 */
function usedBy(
  snapshot: Snapshot,
  begun: readonly BegunPass[],
  after: string | undefined,
): NightUse {
  const zone = ownerZone(snapshot);
  const night = nightIn(zone, snapshot.now);
  const counts = (runId: string, time: Date): boolean =>
    after === undefined ? nightIn(zone, time) === night : isAfter(runId, after);
  const tiers = tierRows(snapshot.records('MODEL-TIER'));
  const passes = begun.filter(({ runId, time }) => counts(runId, time));
  const ids = new Set(passes.map(({ runId }) => runId));
  const runs = new Map<string, Rec>();
  const managers: Rec[] = [];
  const since = snapshot.now.getTime() - LONGEST_MS - DAY_MS;
  for (const run of rowsSince(snapshot, 'RUN', { field: 'started', since })) {
    if (ids.has(run.key)) runs.set(run.key, run);
    else if (counts(run.key, new Date(fieldTime(run, 'started') ?? 0))) managers.push(run);
  }
  const sum = (unit: NightUnit): number =>
    passes.reduce(
      (total, pass) => total + usedByPass(runs.get(pass.runId), limitsOf(tiers, pass), unit),
      0,
    ) +
    managers.reduce(
      (total, run) => total + (unit === 'minutes' ? 0 : (metered(run, unit) ?? 0)),
      0,
    );
  return {
    passes: passes.length,
    minutes: sum('minutes'),
    tokens: sum('tokens'),
    cost: sum('cost'),
  };
}

function limitsOf(tiers: readonly TierRow[], { tier }: BegunPass): TierLimits | undefined {
  return tiers.find((row) => row.tier === tier)?.limits;
}

/** A running pass of a tier without a limit may use everything, so all of it is reserved. */
function usedByPass(run: Rec | undefined, limits: TierLimits | undefined, unit: NightUnit): number {
  const limit = limits === undefined ? undefined : limitOf(limits, unit);
  if (run === undefined) return limit ?? Number.POSITIVE_INFINITY;
  return metered(run, unit) ?? limit ?? 0;
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

/** The latest run on record, for a budget that begins now. */
export function latestRun(snapshot: Snapshot): string {
  let latest = '';
  for (const row of snapshot.rows('AUDIT')) {
    const runId = fieldText(row, 'run_id');
    if (runId !== '' && isAfter(runId, latest)) latest = runId;
  }
  return latest;
}

/** `RUN-20261121-1000` is after `RUN-20261121-999`. */
function isAfter(runId: string, other: string): boolean {
  const [[day = '', number = ''], [otherDay = '', otherNumber = '']] = [runId, other].map((id) =>
    id.split('-').slice(1),
  ) as [string[], string[]];
  return day === otherDay ? Number(number) > Number(otherNumber) : day > otherDay;
}
