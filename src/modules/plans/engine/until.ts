/** When a pause or a deadline of a step is over. */
import { parseDuration, stamp } from '../../../kernel/clock.js';

const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 3_600_000;

/** A deadline is a duration from `time` (`2h`, `1d`) or a point of time. */
export function untilOf(deadline: string | undefined, time: string): string | undefined {
  if (deadline === undefined) return undefined;
  const duration = parseDuration(deadline);
  const end = duration === undefined ? Date.parse(deadline) : Date.parse(time) + duration;
  return Number.isNaN(end) ? undefined : stamp(new Date(end));
}

/** 30 seconds after the first failure, then twice as long each time, at most an hour. */
export function pauseAfter(failures: number, time: string): string {
  const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(20, failures - 1));
  return stamp(new Date(Date.parse(time) + pause));
}

export function isPast(until: string | undefined, now: string): boolean {
  return until !== undefined && Date.parse(until) <= Date.parse(now);
}
