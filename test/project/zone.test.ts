/** Wall times on the days when the clocks change, east and west of Greenwich. */
import t from 'tap';
import { instantIn } from '../../src/project/zone.js';

t.test('a time in the hour that the clocks skip is one hour later', async (t) => {
  t.equal(
    instantIn('Europe/Berlin', '2026-03-29T02:30:00').toISOString(),
    '2026-03-29T01:30:00.000Z',
  );
  t.equal(
    instantIn('America/New_York', '2026-03-08T02:30:00').toISOString(),
    '2026-03-08T07:30:00.000Z',
  );
});

t.test('any other time is the instant at which the clocks show it', async (t) => {
  t.equal(
    instantIn('Europe/Berlin', '2026-07-01T02:30:00').toISOString(),
    '2026-07-01T00:30:00.000Z',
  );
  t.equal(
    instantIn('Asia/Kolkata', '2026-07-01T02:30:00').toISOString(),
    '2026-06-30T21:00:00.000Z',
  );
});
