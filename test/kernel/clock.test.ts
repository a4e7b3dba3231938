import t from 'tap';
import { dateStamp, fixedClock, parseDuration, stamp } from '../../src/kernel/clock.js';

t.test('a duration is read in milliseconds', async (t) => {
  const read: Readonly<Record<string, number>> = {
    '30s': 30_000,
    '1h30m': 5_400_000,
    '3d': 259_200_000,
    '2w': 1_209_600_000,
    '500ms': 500,
    '1.5h': 5_400_000,
    ' 1m ': 60_000,
    '0s': 0,
    '1m1m': 120_000,
  };
  for (const [text, milliseconds] of Object.entries(read))
    t.equal(parseDuration(text), milliseconds, text);
});

t.test('what is no duration is none', async (t) => {
  for (const text of [
    '',
    '5',
    'd',
    '-1d',
    '1 d',
    '1y',
    '1D',
    '1h 30m',
    '1..5h',
    'Infinitys',
    '1e3s',
    '٣d',
  ])
    t.equal(parseDuration(text), undefined, text);
});

t.test('a duration after which there is no time any more is none', async (t) => {
  for (const text of ['99999999999d', `${'9'.repeat(400)}w`])
    t.equal(parseDuration(text), undefined);
  const longest = parseDuration('7000w') ?? 0;
  t.match(
    stamp(new Date(Date.UTC(2026, 10, 21) + longest)),
    /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/,
  );
});

t.test('times are written in UTC, in whole seconds', async (t) => {
  const at = new Date('2026-11-21T23:30:00.999-02:00');
  t.equal(stamp(at), '2026-11-22T01:30:00Z');
  t.equal(dateStamp(at), '2026-11-22');
});

t.test('a clock that stands still cannot be moved by who reads it', async (t) => {
  const clock = fixedClock('2026-11-21T00:00:00Z');
  clock.now().setFullYear(1999);
  t.equal(stamp(clock.now()), '2026-11-21T00:00:00Z');
});
