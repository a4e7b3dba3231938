/** Where the passes of a night are drawn: lanes for those side by side, a real time axis. */
import { shownIn, wallTime } from '../../../../project/zone.js';

/** Instants in milliseconds. Without an `end`, it is still running. */
export type TimedSpan = { readonly id: string; readonly start: number; readonly end?: number };
/** `left` and `width`: percent of the axis. Lanes are counted from 0. */
export type Bar = {
  readonly id: string;
  readonly lane: number;
  readonly left: number;
  readonly width: number;
};
export type Tick = { readonly left: number; readonly label: string };
export type TimelineLayout = {
  readonly from: number;
  readonly to: number;
  readonly lanes: number;
  readonly bars: readonly Bar[];
  /** In the order of the marks that were given. */
  readonly marks: readonly number[];
  /** Whole steps of the clocks of the zone; the hour that comes twice has two. */
  readonly ticks: readonly Tick[];
};

const MINUTE_MS = 60_000;
const STEPS = [5, 10, 15, 30, ...[1, 2, 5, 10, 15, 30, 60, 120, 180].map((m) => m * 60)].map(
  (seconds) => seconds * 1000,
);
const MOST_TICKS = 12;
/** Of the axis: so wide is a bar at least, so that it hides no other. */
export const LEAST_PERCENT = 0.4;

/** @param marks single moments on the same axis. */
export function timelineLayout(input: {
  readonly spans: readonly TimedSpan[];
  readonly marks?: readonly number[];
  readonly now: number;
  readonly zone: string;
}): TimelineLayout | undefined {
  const { spans, marks = [], now, zone } = input;
  // A clock that was set back may have ended a pass before it began.
  const timed = spans
    .map(({ id, start, end = now }) => ({ id, start, end: Math.max(start, end) }))
    .sort((a, b) => a.start - b.start);
  const times = [...timed.flatMap(({ start, end }) => [start, end]), ...marks];
  if (times.length === 0) return undefined;
  const axis = axisOf(Math.min(...times), Math.max(...times), zone);
  const percent = (time: number): number =>
    rounded((100 * (time - axis.from)) / (axis.to - axis.from));
  const free: number[] = [];
  const least = (axis.to - axis.from) * (LEAST_PERCENT / 100);
  const bars = timed.map(({ id, start, end }) => {
    const found = free.findIndex((until) => until <= start);
    const lane = found === -1 ? free.length : found;
    free[lane] = Math.max(end, start + least);
    return { id, lane, left: percent(start), width: rounded(percent(end) - percent(start)) };
  });
  return {
    ...axis,
    lanes: free.length,
    bars,
    marks: marks.map(percent),
    ticks: ticksOf(axis, zone).map((time) => ({
      left: percent(time),
      label: shownIn(zone, time).slice(11, axis.step < MINUTE_MS ? 19 : 16),
    })),
  };
}

type Axis = { readonly from: number; readonly to: number; readonly step: number };

/** Whole steps around the first and the last moment. */
function axisOf(first: number, last: number, zone: string): Axis {
  const step = STEPS.find((size) => (last - first) / size <= MOST_TICKS - 2) ?? 4 * 60 * MINUTE_MS;
  const from = first - (wallTime(zone, first) % step);
  const to = last + (step - (wallTime(zone, last) % step));
  return { from, to: Math.max(to, from + step), step };
}

function ticksOf({ from, to, step }: Axis, zone: string): readonly number[] {
  const ticks: number[] = [];
  for (let time = from; time <= to; time += step) {
    // After a change of the clocks by less than a step, the next whole step is nearer or farther.
    const late = wallTime(zone, time) % Math.min(step, 60 * MINUTE_MS);
    ticks.push(time - late);
  }
  return ticks;
}

function rounded(percent: number): number {
  return Math.round(percent * 100) / 100;
}
