/** Where the passes of a night are drawn, as a table of nights. */
import t from 'tap';
import {
  type TimedSpan,
  timelineLayout,
} from '../../../src/surfaces/dashboard/pages/night/timeline-layout.js';

type Case = {
  readonly that: string;
  readonly zone?: string;
  readonly now?: string;
  /** `id start end`, times in UTC; without an end it is running. */
  readonly passes: readonly string[];
  readonly marks?: readonly string[];
  readonly lanes: readonly string[];
  readonly ticks?: readonly string[];
  /** `id left width` of some. */
  readonly bars?: readonly (readonly [string, number, number])[];
  readonly at?: readonly number[];
};

const CASES: readonly Case[] = [
  {
    that: 'passes one after another are in one lane, also where one begins as another ends',
    passes: ['a 01:00 02:00', 'b 02:00 03:00', 'c 03:30 04:00'],
    lanes: ['a b c'],
    ticks: ['01:00', '01:30', '02:00', '02:30', '03:00', '03:30', '04:00', '04:30'],
    bars: [
      ['a', 0, 28.57],
      ['c', 71.43, 14.28],
    ],
  },
  {
    that: 'passes side by side are in lanes of their own, and the first free lane is used again',
    passes: ['a 01:00 04:00', 'b 01:10 02:00', 'c 01:20 03:00', 'd 02:30 03:30'],
    lanes: ['a', 'b d', 'c'],
  },
  {
    that: 'passes that begin at the same moment are side by side',
    passes: ['a 01:00 02:00', 'b 01:00 02:00'],
    lanes: ['a', 'b'],
  },
  {
    that: 'passes that begin and end in the same second do not hide each other',
    passes: ['a 01:00 02:00', 'b 02:00 02:00', 'c 02:00 02:00', 'd 03:00 04:00'],
    lanes: ['a b d', 'c'],
  },
  {
    that: 'the order of the input does not matter',
    passes: ['late 03:00 04:00', 'early 01:00 02:00'],
    lanes: ['early late'],
  },
  {
    that: 'a night goes across midnight on one axis',
    passes: ['a 22:30 23:59', 'b 2026-11-22T00:00 2026-11-22T02:00'],
    lanes: ['a b'],
    ticks: ['22:30', '23:00', '23:30', '00:00', '00:30', '01:00', '01:30', '02:00', '02:30'],
  },
  {
    that: 'a pass without an end grows to now, and what began meanwhile is beside it',
    now: '2026-11-21T05:00:00Z',
    passes: ['a 01:00', 'b 03:00 04:00'],
    lanes: ['a', 'b'],
    bars: [['a', 0, 88.89]],
  },
  {
    that: 'a clock that was set back during a pass leaves it without a width',
    passes: ['a 02:00 01:30', 'b 03:00 03:30'],
    lanes: ['a b'],
    bars: [['a', 0, 0]],
  },
  {
    that: 'in autumn the hour that comes twice is on the axis twice',
    zone: 'Europe/Lisbon',
    passes: ['a 2026-10-24T23:30 2026-10-25T00:30', 'b 2026-10-25T01:30 2026-10-25T02:30'],
    lanes: ['a b'],
    ticks: ['00:30', '01:00', '01:30', '01:00', '01:30', '02:00', '02:30', '03:00'],
  },
  {
    that: 'in spring the hour that is skipped is not on the axis, and time runs on',
    zone: 'Europe/Lisbon',
    passes: ['a 2026-03-28T23:30 2026-03-29T02:30'],
    lanes: ['a'],
    ticks: ['23:30', '00:00', '00:30', '02:00', '02:30', '03:00', '03:30', '04:00'],
    bars: [['a', 0, 85.71]],
  },
  {
    that: 'whole hours are those of a zone with half an hour',
    zone: 'Asia/Kolkata',
    passes: ['a 00:00 09:00'],
    lanes: ['a'],
    ticks: [
      '05:00',
      '06:00',
      '07:00',
      '08:00',
      '09:00',
      '10:00',
      '11:00',
      '12:00',
      '13:00',
      '14:00',
      '15:00',
    ],
  },
  {
    that: 'a night of seconds has an axis of seconds',
    passes: ['a 01:00:02 01:00:05'],
    lanes: ['a'],
    ticks: ['01:00:00', '01:00:05', '01:00:10'],
    bars: [['a', 20, 30]],
  },
  {
    that: 'what did not begin is on the axis of the passes, and makes it wider',
    passes: ['a 02:00 03:00'],
    marks: ['01:00'],
    lanes: ['a'],
    at: [0],
  },
  {
    that: 'a night in which nothing began still has an axis',
    passes: [],
    marks: ['01:00'],
    lanes: [],
    at: [0],
  },
];

for (const { that, zone = 'UTC', now = '2026-11-22T12:00:00Z', ...night } of CASES)
  t.test(that, async (t) => {
    const layout = timelineLayout({
      spans: night.passes.map(spanOf),
      marks: (night.marks ?? []).map(instantOf),
      now: Date.parse(now),
      zone,
    });
    const lanes = Array.from({ length: layout?.lanes ?? 0 }, (_, lane) =>
      layout?.bars
        .filter((bar) => bar.lane === lane)
        .map(({ id }) => id)
        .join(' '),
    );
    t.strictSame(lanes, night.lanes);
    if (night.ticks !== undefined)
      t.strictSame(
        layout?.ticks.map(({ label }) => label),
        night.ticks,
      );
    for (const [id, left, width] of night.bars ?? [])
      t.match(
        layout?.bars.find((bar) => bar.id === id),
        { left, width },
        id,
      );
    if (night.at !== undefined) t.strictSame(layout?.marks, night.at);
    t.ok(
      layout?.bars.every(({ left, width }) => left >= 0 && left + width <= 100.01),
      'all bars are on the axis',
    );
  });

t.test('a night without anything has no axis', async (t) => {
  t.equal(timelineLayout({ spans: [], now: 0, zone: 'UTC' }), undefined);
});

function spanOf(words: string): TimedSpan {
  const [id = '', start = '', end] = words.split(' ');
  return end === undefined
    ? { id, start: instantOf(start) }
    : { id, start: instantOf(start), end: instantOf(end) };
}

function instantOf(text: string): number {
  return Date.parse(`${text.includes('T') ? text : `2026-11-21T${text}`}Z`);
}
