/** By when the next runs of a job must have started and ended, from its schedule and its runs. */
import type { FoundJob } from '../../../hosts/found-job.js';
import { plural } from '../../../kernel/words.js';
import { dueTimes, scheduleOf } from '../deadlines/due-times.js';
import type { Proposal } from './propose.js';
import type { WatchedRun } from './watched-job.js';

/** `machine`: the time zone of cron and systemd here. `owner`: of USER.md. */
export type TimesOf = { readonly machine: string; readonly owner: string };

const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;
const LEAST_MINUTES = 10;
const DAILY = /^(\d{1,2}) (\d{1,2}) \* \* \*$/;

export function proposeTimes(
  runs: readonly WatchedRun[],
  found: FoundJob | undefined,
  { machine, owner }: TimesOf,
): readonly Proposal[] {
  const cron = found?.cron;
  if (found === undefined || cron === undefined) return [];
  const zone = found.zone ?? machine;
  const evidence = `its host starts it at "${found.schedule}" (${zone})`;
  const graceMinutes = graceOf(cron, zone);
  return [
    { field: 'start_by', value: cron, evidence },
    ...doneBy(runs, cron),
    ...(zone === owner ? [] : [{ field: 'time_zone', value: zone, evidence } as const]),
    {
      field: 'grace',
      value: `${graceMinutes}m`,
      evidence: 'a start may be some minutes late on a busy machine',
    },
  ];
}

/** Less than the time to the next run. */
function graceOf(cron: string, zone: string): number {
  const schedule = scheduleOf(cron, zone);
  if (schedule === undefined) return LEAST_MINUTES;
  const times = dueTimes(schedule, { after: 0, until: 7 * DAY_MS, most: 50 });
  const gaps = times.slice(1).map(({ at }, i) => at - (times[i]?.at ?? at));
  const shortest = Math.min(DAY_MS, ...gaps) / MINUTE_MS;
  return Math.max(1, Math.min(LEAST_MINUTES, Math.floor(shortest / 2)));
}

/** For a job of each day: three times as long as the longest run, to the next five minutes. */
function doneBy(runs: readonly WatchedRun[], cron: string): readonly Proposal[] {
  const [, minute, hour] = DAILY.exec(cron) ?? [];
  if (minute === undefined || hour === undefined) return [];
  const longest = Math.max(...runs.map(({ ms }) => ms));
  const minutes = Math.max(LEAST_MINUTES, Math.ceil((3 * longest) / MINUTE_MS / 5) * 5);
  if (minutes * MINUTE_MS >= DAY_MS / 2) return [];
  const of = (Number(hour) * 60 + Number(minute) + minutes) % 1440;
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  return [
    {
      field: 'done_by',
      value: `${two(of / 60)}:${two(of % 60)}`,
      evidence: `${plural(runs.length, 'run')} took ${runs.map(({ ms }) => spoken(ms)).join(', ')}; ${minutes} minutes are allowed`,
    },
  ];
}

function spoken(ms: number): string {
  return ms < MINUTE_MS ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / MINUTE_MS)} min`;
}
