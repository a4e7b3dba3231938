/** The passes of the last nights whose agent has begun, by their rows in the audit log. */
import type { Rec } from '../markdown/types.js';
import { fieldText, fieldTime } from '../project/field-text.js';
import { dayIn, ownerZone } from '../project/owner-zone.js';
import { rowsSince } from '../project/recent-rows.js';
import type { Snapshot } from '../workspace/types.js';

/** A pass whose agent has begun, by its rows in the audit log. */
export type BegunPass = { readonly runId: string; readonly tier: string; readonly time: Date };

/** Two nights and days, one of them an hour longer. */
export const LONGEST_MS = 49 * 3_600_000;
const DAY_MS = 24 * 3_600_000;

/** In the order of the log. A pass that began in these nights may be a little older itself. */
export function recentRows(snapshot: Snapshot): readonly Rec[] {
  const since = snapshot.now.getTime() - LONGEST_MS - DAY_MS;
  return [...rowsSince(snapshot, 'AUDIT', { field: 'time', since })].reverse();
}

/** A workspace with many limits asks for each of them. */
const known = new WeakMap<Snapshot, readonly BegunPass[]>();

/** A pass that ended before its agent began has used nothing. */
export function begunPasses(snapshot: Snapshot): readonly BegunPass[] {
  const begun = known.get(snapshot) ?? readBegun(snapshot);
  known.set(snapshot, begun);
  return begun;
}

function readBegun(snapshot: Snapshot): readonly BegunPass[] {
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

/**
 * Passes by tier, on the day that it is for the owner. One that is parked counts when it goes on.
 */
export function usedToday(
  snapshot: Snapshot,
  begun: readonly BegunPass[],
): Readonly<Record<string, number>> {
  const zone = ownerZone(snapshot);
  const today = dayIn(zone, snapshot.now);
  const used: Record<string, number> = {};
  for (const { runId, tier, time } of begun)
    if (dayIn(zone, time) === today && !isParked(snapshot, runId))
      used[tier] = (used[tier] ?? 0) + 1;
  return used;
}

function isParked(snapshot: Snapshot, runId: string): boolean {
  return fieldText(snapshot.record('RUN', runId), 'grade') === 'PARKED';
}
