/** Schedules on the two days of the year on which the clocks change. */
import { createTask } from 'node-cron';
import t from 'tap';
import { isSecondTime, skippedTimes } from '../../src/passes/clock-changes.js';

const skipped = (expression: string, zone: string, since: string, now: string): readonly string[] =>
  skippedTimes({
    matches: (shown) => createTask(expression, () => undefined, { timezone: 'UTC' }).match(shown),
    zone,
    since: new Date(since),
    now: new Date(now),
  });

t.test('a time of day that the clocks skip is found once, after it was skipped', async (t) => {
  const berlin = (expression: string, since: string, now: string): readonly string[] =>
    skipped(expression, 'Europe/Berlin', since, now);
  const night = ['2026-03-28T20:00:00Z', '2026-03-29T06:00:00Z'] as const;
  t.same(berlin('30 2 * * *', ...night), ['2026-03-29 02:30']);
  t.same(berlin('0,30 2 * * *', ...night), ['2026-03-29 02:00', '2026-03-29 02:30']);
  t.same(berlin('30 3 * * *', ...night), [], '03:30 exists');
  t.same(berlin('30 2 * * *', '2026-03-28T20:00:00Z', '2026-03-29T00:59:59Z'), [], 'not before');
  t.same(berlin('30 2 * * *', '2026-03-28T20:00:00Z', '2026-03-29T01:00:00Z'), [
    '2026-03-29 02:30',
  ]);
  t.same(berlin('30 2 * * *', '2026-03-29T01:00:00Z', '2026-03-29T06:00:00Z'), [], 'nor again');
  t.same(berlin('30 2 * * *', '2026-10-24T20:00:00Z', '2026-10-25T06:00:00Z'), [], 'nor in autumn');
  t.same(
    skipped('15 2 * * *', 'Australia/Lord_Howe', '2026-10-03T00:00:00Z', '2026-10-04T00:00:00Z'),
    ['2026-10-04 02:15'],
    'where the clocks skip half an hour',
  );
  t.same(skipped('30 2 * * *', 'UTC', ...night), []);
});

t.test('a time of day that comes twice is the same time', async (t) => {
  const second = (last: string, now: string): boolean =>
    isSecondTime('Europe/Berlin', new Date(last), new Date(now));
  t.ok(second('2026-10-25T00:30:05Z', '2026-10-25T01:30:00Z'));
  t.notOk(second('2026-10-25T00:30:05Z', '2026-10-25T00:30:40Z'), 'the first one itself');
  t.notOk(second('2026-10-24T00:30:00Z', '2026-10-25T00:30:00Z'), 'the day before');
  t.notOk(second('2026-10-25T01:00:00Z', '2026-10-25T01:30:00Z'), 'another time');
});
