/**
 * What a change of the clocks does to a schedule: times of day that a day does not have, and times
 * that it has twice.
 */
import { wallTime } from '../project/zone.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const MOST_DAYS = 31;
/** No zone turns its clocks back further. */
const FARTHEST_BACK_MS = 3 * HOUR_MS;

/**
 * The times of day at which a schedule should have run, but which the clocks skipped, such as
 * `2026-03-29 02:30`.
 * @param schedule.matches whether the schedule fires when the clocks show this time, given as UTC.
 */
export function skippedTimes(schedule: {
  readonly matches: (shown: Date) => boolean;
  readonly zone: string;
  readonly since: Date;
  readonly now: Date;
}): readonly string[] {
  const { matches, zone, since, now } = schedule;
  const found: string[] = [];
  const first = Math.max(since.getTime(), now.getTime() - MOST_DAYS * 24 * HOUR_MS);
  for (let hour = Math.floor(first / HOUR_MS) * HOUR_MS; hour < now.getTime(); hour += HOUR_MS) {
    if (aheadOf(zone, hour + HOUR_MS) <= aheadOf(zone, hour)) continue;
    const gap = gapIn(zone, hour);
    if (gap === undefined || gap.instant <= since.getTime() || gap.instant > now.getTime())
      continue;
    for (let shown = gap.from; shown < gap.to; shown += MINUTE_MS)
      if (matches(new Date(shown)))
        found.push(new Date(shown).toISOString().slice(0, 16).replace('T', ' '));
  }
  return found;
}

/** Whether the clocks show the same time as at the last run, because they were turned back. */
export function isSecondTime(zone: string, last: Date, now: Date): boolean {
  const passed = now.getTime() - last.getTime();
  return (
    passed >= MINUTE_MS &&
    passed <= FARTHEST_BACK_MS &&
    minuteShown(zone, last.getTime()) === minuteShown(zone, now.getTime())
  );
}

type Gap = { readonly instant: number; readonly from: number; readonly to: number };

/** The first minute of this hour before which the clocks skip some. */
function gapIn(zone: string, hour: number): Gap | undefined {
  for (let instant = hour + MINUTE_MS; instant <= hour + HOUR_MS; instant += MINUTE_MS) {
    const [before, after] = [minuteShown(zone, instant - MINUTE_MS), minuteShown(zone, instant)];
    if (after - before > MINUTE_MS) return { instant, from: before + MINUTE_MS, to: after };
  }
  return undefined;
}

function aheadOf(zone: string, instant: number): number {
  return minuteShown(zone, instant) - Math.floor(instant / MINUTE_MS) * MINUTE_MS;
}

function minuteShown(zone: string, instant: number): number {
  return Math.floor(wallTime(zone, instant) / MINUTE_MS) * MINUTE_MS;
}
