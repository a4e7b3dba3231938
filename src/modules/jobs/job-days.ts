/** What each of the last days was for a job, and the grid that shows it. */
import type { Paint } from '../../passes/added-command.js';
import { dayIn } from '../../project/owner-zone.js';
import type { JobRun } from './job-log.js';

/**
 * `mixed`: some runs of the day proved what they should, others did not. `missed`: none began, and
 * a deadline passed.
 */
export type DayState = 'proved' | 'mixed' | 'unproved' | 'unknown' | 'running' | 'missed' | 'none';
export type JobDay = {
  /** `2026-11-28` in the owner's zone. */
  readonly day: string;
  readonly state: DayState;
  readonly proved: number;
  readonly runs: number;
};

export const DAYS = 14;
const DAY_MS = 86_400_000;

/** Oldest first. @param runs of one job; a run belongs to the day on which it started. */
export function jobDays(
  runs: readonly JobRun[],
  {
    now,
    zone,
    missed = [],
  }: { readonly now: Date; readonly zone: string; readonly missed?: readonly Date[] },
): readonly JobDay[] {
  const missedDays = new Set(missed.map((due) => dayIn(zone, due)));
  return lastDays(now, zone).map((day) => {
    const own = runs.filter(
      ({ started, verdict }) =>
        verdict !== 'overlapped' && started !== undefined && dayIn(zone, new Date(started)) === day,
    );
    const proved = own.filter(({ verdict }) => verdict === 'proved').length;
    const idle = missedDays.has(day) ? 'missed' : 'none';
    const state = own.length === 0 ? idle : stateOf(own, proved);
    return { day, state, proved, runs: own.length };
  });
}

function stateOf(runs: readonly JobRun[], proved: number): DayState {
  const ended = runs.filter(({ verdict }) => verdict !== 'running');
  if (ended.length === 0) return 'running';
  if (proved === ended.length) return 'proved';
  if (proved > 0) return 'mixed';
  return ended.every(({ verdict }) => verdict === 'unknown') ? 'unknown' : 'unproved';
}

/** Noon of each day, so that a day of 23 or 25 hours is not left out. */
function lastDays(now: Date, zone: string): readonly string[] {
  const noon = Date.parse(`${dayIn(zone, now)}T12:00:00Z`);
  return Array.from({ length: DAYS }, (_, i) =>
    new Date(noon - (DAYS - 1 - i) * DAY_MS).toISOString().slice(0, 10),
  );
}

export const MARKS: Readonly<Record<DayState, string>> = {
  proved: '+',
  mixed: 'o',
  unproved: 'x',
  unknown: '?',
  running: '>',
  missed: '!',
  none: '.',
};
export const LEGEND =
  '+ proved   o some runs proved   x not proved   ! missed   ? not known how it ended   > running   . no run';

/** One line for each job. `last`: what is said after its days. */
export function gridLines(
  jobs: readonly {
    readonly name: string;
    readonly days: readonly JobDay[];
    readonly last: string;
  }[],
  colour: Paint,
): readonly string[] {
  const width = Math.max(...jobs.map(({ name }) => name.length), 3);
  const head = (jobs[0]?.days ?? []).map(({ day }) => day.slice(8)).join(' ');
  return [
    `${'day'.padEnd(width)}  ${head}`,
    ...jobs.map(({ name, days, last }) => {
      const cells = days.map(({ state }) => ` ${painted(state, colour)}`).join(' ');
      return `${name.padEnd(width)}  ${cells}  ${last}`.trimEnd();
    }),
  ];
}

function painted(state: DayState, { wrong, attention, good }: Paint): string {
  const mark = MARKS[state];
  switch (state) {
    case 'proved':
      return good(mark);
    case 'unproved':
    case 'missed':
      return wrong(mark);
    case 'mixed':
    case 'unknown':
      return attention(mark);
    default:
      return mark;
  }
}
