/** Deadlines of jobs: across midnight, the change of clocks, months, retries, and nights asleep. */
import t from 'tap';
import { dueTimes, nextDue, scheduleOf } from '../../../src/modules/jobs/deadlines/due-times.js';
import {
  missedDeadlines,
  nextLook,
  type Run,
} from '../../../src/modules/jobs/deadlines/missed-deadlines.js';
import { parseDuration } from '../../../src/kernel/clock.js';

const BERLIN = 'Europe/Berlin';

type Times = { readonly startBy?: string; readonly doneBy?: string; readonly zone?: string };
type Row = Times & {
  readonly title: string;
  readonly grace?: string;
  readonly limit?: string;
  /** The last look, and now, in UTC. */
  readonly since: string;
  readonly now: string;
  /** `02:00-02:10` would be ambiguous: start, end (`-` while it runs), `!` proves nothing, `?` told. */
  readonly runs?: readonly (readonly [start: string, end: string, how?: 'unproved' | 'told'])[];
  readonly expected: readonly string[];
};

const ROWS: readonly Row[] = [
  {
    title: 'nothing ran all night',
    startBy: '02:15',
    doneBy: '04:00',
    since: '2026-11-28T20:00Z',
    now: '2026-11-29T07:00Z',
    expected: ['not-started 2026-11-29 02:15'],
  },
  {
    title: 'it ran in time',
    startBy: '02:15',
    doneBy: '04:00',
    since: '2026-11-28T20:00Z',
    now: '2026-11-29T07:00Z',
    runs: [['2026-11-29T02:00Z', '2026-11-29T02:10Z']],
    expected: [],
  },
  {
    title: 'a run before midnight is for the deadline after it',
    doneBy: '00:30',
    since: '2026-11-28T20:00Z',
    now: '2026-11-29T07:00Z',
    runs: [['2026-11-28T23:50Z', '2026-11-29T00:10Z']],
    expected: [],
  },
  {
    title: 'it began before midnight and ended too late',
    doneBy: '00:30',
    since: '2026-11-28T20:00Z',
    now: '2026-11-29T07:00Z',
    runs: [['2026-11-28T23:50Z', '2026-11-29T00:40Z']],
    expected: ['not-done 2026-11-29 00:30 made up'],
  },
  {
    title: 'it is still running at its deadline',
    startBy: '02:15',
    doneBy: '04:00',
    since: '2026-11-28T20:00Z',
    now: '2026-11-29T04:01Z',
    runs: [['2026-11-29T02:00Z', '-']],
    expected: ['not-done 2026-11-29 04:00'],
  },
  {
    title: 'it started too late, and proved its work',
    startBy: '02:15',
    since: '2026-11-28T20:00Z',
    now: '2026-11-29T07:00Z',
    runs: [['2026-11-29T06:00Z', '2026-11-29T06:10Z']],
    expected: ['not-started 2026-11-29 02:15 made up'],
  },
  {
    title: 'the grace is not over yet',
    startBy: '02:15',
    grace: '1h',
    since: '2026-11-28T20:00Z',
    now: '2026-11-29T03:14Z',
    expected: [],
  },
  {
    title: 'the grace is over',
    startBy: '02:15',
    grace: '1h',
    since: '2026-11-28T20:00Z',
    now: '2026-11-29T03:15Z',
    expected: ['not-started 2026-11-29 02:15'],
  },
  {
    title: 'a deadline of before the last look is not judged twice',
    startBy: '02:15',
    since: '2026-11-29T02:15Z',
    now: '2026-11-29T07:00Z',
    expected: [],
  },
  {
    title: 'the machine slept through three nights',
    startBy: '02:15',
    since: '2026-11-26T20:00Z',
    now: '2026-11-29T07:00Z',
    expected: [
      'not-started 2026-11-27 02:15',
      'not-started 2026-11-28 02:15',
      'not-started 2026-11-29 02:15',
    ],
  },
  {
    title: "yesterday's late run does not count for tonight",
    startBy: '02:15',
    since: '2026-11-28T20:00Z',
    now: '2026-11-29T07:00Z',
    runs: [['2026-11-28T08:00Z', '2026-11-28T08:10Z']],
    expected: ['not-started 2026-11-29 02:15'],
  },
  {
    title: 'a run in the morning counts for a deadline in the evening',
    startBy: '23:00',
    since: '2026-11-28T23:30Z',
    now: '2026-11-29T23:30Z',
    runs: [
      ['2026-11-28T09:00Z', '2026-11-28T09:10Z'],
      ['2026-11-29T09:00Z', '2026-11-29T09:10Z'],
    ],
    expected: [],
  },
  {
    title: 'the clocks skip the hour of the deadline: it is due one hour later',
    startBy: '02:30',
    zone: BERLIN,
    since: '2026-03-28T20:00Z',
    now: '2026-03-29T01:29Z',
    expected: [],
  },
  {
    title: 'the clocks skip the hour of the deadline, and nothing ran',
    startBy: '02:30',
    zone: BERLIN,
    since: '2026-03-28T20:00Z',
    now: '2026-03-29T01:30Z',
    expected: ['not-started 2026-03-29 02:30'],
  },
  {
    title: 'cron ran it at once after the skipped hour',
    startBy: '02:30',
    zone: BERLIN,
    since: '2026-03-28T20:00Z',
    now: '2026-03-29T06:00Z',
    runs: [['2026-03-29T01:00Z', '2026-03-29T01:05Z']],
    expected: [],
  },
  {
    title: 'an hour comes twice: the deadline is due the first time, once',
    startBy: '02:30',
    zone: BERLIN,
    since: '2026-10-24T20:00Z',
    now: '2026-10-25T06:00Z',
    expected: ['not-started 2026-10-25 02:30'],
  },
  {
    title: 'an hour comes twice: the first time is over',
    startBy: '02:30',
    zone: BERLIN,
    since: '2026-10-24T20:00Z',
    now: '2026-10-25T00:45Z',
    expected: ['not-started 2026-10-25 02:30'],
  },
  {
    title: 'an hour comes twice, and it ran the first time',
    startBy: '02:30',
    zone: BERLIN,
    since: '2026-10-24T20:00Z',
    now: '2026-10-25T06:00Z',
    runs: [['2026-10-25T00:20Z', '2026-10-25T00:25Z']],
    expected: [],
  },
  {
    title: 'a monthly job on a day that a month does not have',
    startBy: '30 4 31 * *',
    since: '2026-09-01T00:00Z',
    now: '2026-11-30T12:00Z',
    expected: ['not-started 2026-10-31 04:30'],
  },
  {
    title: 'a monthly job: a run by hand three weeks earlier is another one',
    startBy: '30 4 1 * *',
    since: '2026-10-15T00:00Z',
    now: '2026-11-02T00:00Z',
    runs: [['2026-10-10T12:00Z', '2026-10-10T12:10Z']],
    expected: ['not-started 2026-11-01 04:30'],
  },
  {
    title: 'a monthly job on the last day of February in a leap year',
    startBy: '0 6 29 2 *',
    since: '2028-02-28T00:00Z',
    now: '2028-03-01T00:00Z',
    expected: ['not-started 2028-02-29 06:00'],
  },
  {
    title: 'on weekdays: nothing is due on Sunday',
    startBy: '0 6 * * mon-fri',
    since: '2026-11-27T12:00Z',
    now: '2026-11-30T05:59Z',
    expected: [],
  },
  {
    title: 'day of month and weekday: either of them, as in cron',
    startBy: '0 6 1 * mon',
    since: '2026-11-29T12:00Z',
    now: '2026-12-02T00:00Z',
    expected: ['not-started 2026-11-30 06:00', 'not-started 2026-12-01 06:00'],
  },
  {
    title: 'the first try failed, the second proved its work in time',
    doneBy: '04:00',
    since: '2026-11-28T20:00Z',
    now: '2026-11-29T07:00Z',
    runs: [
      ['2026-11-29T02:00Z', '2026-11-29T02:10Z', 'told'],
      ['2026-11-29T02:20Z', '2026-11-29T02:30Z'],
    ],
    expected: [],
  },
  {
    title: 'it failed, and the owner has a question about that already',
    startBy: '02:15',
    doneBy: '04:00',
    since: '2026-11-28T20:00Z',
    now: '2026-11-29T07:00Z',
    runs: [['2026-11-29T02:00Z', '2026-11-29T02:10Z', 'told']],
    expected: [],
  },
  {
    title: 'it failed without a question, so the deadline tells',
    doneBy: '04:00',
    since: '2026-11-28T20:00Z',
    now: '2026-11-29T07:00Z',
    runs: [['2026-11-29T02:00Z', '2026-11-29T02:10Z', 'unproved']],
    expected: ['not-done 2026-11-29 04:00'],
  },
  {
    title: 'a run longer than its limit, once',
    limit: '30m',
    since: '2026-11-29T02:20Z',
    now: '2026-11-29T02:31Z',
    runs: [['2026-11-29T02:00Z', '-']],
    expected: ['too-long 2026-11-29 02:30'],
  },
  {
    title: 'a run whose limit passed before the last look',
    limit: '30m',
    since: '2026-11-29T02:31Z',
    now: '2026-11-29T03:00Z',
    runs: [['2026-11-29T02:00Z', '-']],
    expected: [],
  },
  {
    title: 'every ten minutes, asleep for a week: the last fifty',
    startBy: '*/10 * * * *',
    since: '2026-11-22T07:00Z',
    now: '2026-11-29T07:00Z',
    expected: ['50 of them'],
  },
  {
    title: 'twice a day, each with its own run',
    startBy: '0 6,18 * * *',
    since: '2026-11-28T20:00Z',
    now: '2026-11-29T20:00Z',
    runs: [['2026-11-29T05:50Z', '2026-11-29T05:55Z']],
    expected: ['not-started 2026-11-29 18:00'],
  },
];

t.test('which deadlines were missed', async (t) => {
  for (const row of ROWS) {
    const runs = (row.runs ?? []).map(
      ([start, end, how], i): Run => ({
        id: `JOB-${i}`,
        started: Date.parse(start),
        ...(end === '-' ? {} : { ended: Date.parse(end) }),
        proved: end !== '-' && how === undefined,
        told: how === 'told',
      }),
    );
    const missed = missedDeadlines(deadlinesOf(row), runs, Date.parse(row.now));
    const shown = missed.map(
      ({ kind, due, madeUp }) => `${kind} ${due.shown}${madeUp ? ' made up' : ''}`,
    );
    t.strictSame(shown.length > 9 ? [`${shown.length} of them`] : shown, row.expected, row.title);
  }
});

function deadlinesOf(row: Row): Parameters<typeof missedDeadlines>[0] {
  const zone = row.zone ?? 'UTC';
  const schedule = (text: string | undefined): ReturnType<typeof scheduleOf> =>
    text === undefined ? undefined : scheduleOf(text, zone);
  return {
    name: 'backup',
    startBy: schedule(row.startBy),
    doneBy: schedule(row.doneBy),
    graceMs: parseDuration(row.grace ?? '') ?? 0,
    timeLimitMs: parseDuration(row.limit ?? ''),
    since: Date.parse(row.since),
  };
}

t.test('a deadline that is neither a time of day nor a schedule is none', async (t) => {
  for (const text of ['', 'tomorrow', '25:00', '02:60', '1 2 3', '61 * * * *', '0 0 15W * *'])
    t.equal(scheduleOf(text, 'UTC'), undefined, text);
  for (const text of ['2:30', '02:30', '30 2 * * *', '@daily', '0 0 L * *'])
    t.ok(scheduleOf(text, 'UTC'), text);
});

t.test('the next look is when the next deadline passes, with its grace', async (t) => {
  const deadlines = deadlinesOf({
    title: '',
    startBy: '02:15',
    doneBy: '04:00',
    grace: '10m',
    since: '2026-11-29T00:00Z',
    now: '',
    expected: [],
  });
  const next = (after: string): string =>
    new Date(nextLook(deadlines, Date.parse(after)) ?? 0).toISOString().slice(0, 16);
  t.equal(next('2026-11-29T00:00Z'), '2026-11-29T02:25');
  t.equal(next('2026-11-29T02:25Z'), '2026-11-29T04:10');
  t.equal(next('2026-11-29T04:10Z'), '2026-11-30T02:25');
});

t.test(
  'a day that comes every eight years is found, and one that never comes is not',
  async (t) => {
    const leap = scheduleOf('0 6 29 2 *', 'UTC');
    const never = scheduleOf('0 6 31 6,9 *', 'UTC');
    const after = Date.parse('2096-03-01T00:00Z');
    t.equal(leap && nextDue(leap, after)?.shown, '2104-02-29 06:00');
    t.equal(never && nextDue(never, after), undefined);
  },
);

t.test('each hour of a day is due once, also on the days when the clocks change', async (t) => {
  const hourly = scheduleOf('0 * * * *', BERLIN);
  const between = (after: string, until: string): number =>
    hourly === undefined
      ? 0
      : dueTimes(hourly, { after: Date.parse(after) - 1, until: Date.parse(until), most: 100 })
          .length;
  t.equal(between('2026-11-28T23:00Z', '2026-11-29T22:30Z'), 24);
  t.equal(between('2026-10-24T22:00Z', '2026-10-25T22:30Z'), 24);
  t.equal(between('2026-03-28T23:00Z', '2026-03-29T21:30Z'), 23);
});
