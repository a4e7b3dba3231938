/** The instants of a deadline that comes again: a time of day, or a schedule of cron. */
import { parse, type ParsedFields } from 'node-cron';
import { instantIn, wallTime } from '../../../project/zone.js';

const DAY_MS = 86_400_000;
const TIME_OF_DAY = /^([01]?\d|2[0-3]):([0-5]\d)$/;

export type Schedule = {
  readonly fields: ParsedFields;
  /** cron runs a job on either day when both are limited, and on both when one begins with `*`. */
  readonly eitherDay: boolean;
  readonly zone: string;
};
/** `at`: the instant. `shown`: `2026-03-29 02:30`, as the owner wrote it. */
export type DueTime = { readonly at: number; readonly shown: string };

/** `undefined`: neither a time of day nor five fields of cron. */
export function scheduleOf(text: string, zone: string): Schedule | undefined {
  const [, hour, minute] = TIME_OF_DAY.exec(text.trim()) ?? [];
  const cron = hour === undefined ? text.trim() : `${Number(minute)} ${Number(hour)} * * *`;
  const parts = cron.split(/\s+/);
  if (parts.length !== 5 && !cron.startsWith('@')) return undefined;
  try {
    const [, , day = '*', , weekday = '*'] = parts;
    const eitherDay = !day.startsWith('*') && !weekday.startsWith('*');
    const fields = parse(cron);
    const days = [...fields.dayOfMonth, ...fields.dayOfWeek].map(String);
    if (!days.every((each) => /^(?:\d+|L)$/.test(each))) return undefined;
    return { fields, eitherDay: eitherDay && parts.length === 5, zone };
  } catch {
    return undefined;
  }
}

/**
 * The last times after `after`, up to and including `until`, at most `most`, oldest first. A time
 * that the clocks skip in spring is due one hour later; one that they show twice is due the first
 * time.
 */
export function dueTimes(
  schedule: Schedule,
  { after, until, most }: { readonly after: number; readonly until: number; readonly most: number },
): readonly DueTime[] {
  const found: DueTime[] = [];
  const last = dayOf(wallTime(schedule.zone, until));
  const first = dayOf(wallTime(schedule.zone, after)) - DAY_MS;
  for (let day = last; day >= first && found.length < most; day -= DAY_MS) {
    if (!firesOn(schedule, new Date(day))) continue;
    for (const shown of timesOn(schedule, day)) {
      const at = firstInstant(schedule.zone, shown);
      const isWanted = at > after && at <= until && found.length < most;
      if (isWanted && !found.some((other) => other.at === at)) found.push({ at, shown });
    }
  }
  return found.sort((a, b) => a.at - b.at);
}

/** The first time after an instant; `undefined` if there is none within some years. */
export function nextDue(schedule: Schedule, after: number): DueTime | undefined {
  const start = dayOf(wallTime(schedule.zone, after)) - DAY_MS;
  for (let day = start; day < start + MOST_DAYS * DAY_MS; day += DAY_MS) {
    if (!firesOn(schedule, new Date(day))) continue;
    for (const shown of timesOn(schedule, day).toReversed()) {
      const at = firstInstant(schedule.zone, shown);
      if (at > after) return { at, shown };
    }
  }
  return undefined;
}

/** From one 29 February to the next, also over 2100. */
const MOST_DAYS = 8 * 366 + 2;

function dayOf(wall: number): number {
  return Math.floor(wall / DAY_MS) * DAY_MS;
}

function firesOn({ fields, eitherDay }: Schedule, day: Date): boolean {
  if (!fields.month.includes(day.getUTCMonth() + 1)) return false;
  const byDay =
    fields.dayOfMonth.includes(day.getUTCDate()) ||
    (fields.dayOfMonth.some((each) => String(each) === 'L') && isLastOfMonth(day));
  const byWeekday = fields.dayOfWeek.some((each) => Number(each) === day.getUTCDay());
  return eitherDay ? byDay || byWeekday : byDay && byWeekday;
}

function isLastOfMonth(day: Date): boolean {
  return new Date(day.getTime() + DAY_MS).getUTCDate() === 1;
}

/** Latest first, as the clocks show them. */
function timesOn({ fields }: Schedule, day: number): readonly string[] {
  const date = new Date(day).toISOString().slice(0, 10);
  const two = (value: number | string): string => String(value).padStart(2, '0');
  return fields.hour
    .flatMap((hour) => fields.minute.map((minute) => `${date} ${two(hour)}:${two(minute)}`))
    .sort()
    .reverse();
}

function firstInstant(zone: string, shown: string): number {
  const at = instantIn(zone, `${shown.replace(' ', 'T')}:00`).getTime();
  const earlier = BACK_MS.map((back) => at - back).find(
    (instant) => wallTime(zone, instant) === wallTime(zone, at),
  );
  return earlier ?? at;
}

/** How far clocks are turned back: most zones an hour, Lord Howe half of one. */
const BACK_MS = [3_600_000, 1_800_000];
