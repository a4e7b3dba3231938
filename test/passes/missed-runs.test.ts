import t from 'tap';
import { missedRuns, type MissedPolicy } from '../../src/passes/missed-runs.js';

const hourly = (at: Date): boolean => at.getUTCMinutes() === 0;
const cases: readonly {
  readonly name: string;
  readonly since: string;
  readonly now: string;
  readonly policy: MissedPolicy;
  readonly missed: number;
  readonly run: number;
  readonly more?: boolean;
}[] = [
  {
    name: 'nothing was missed within the hour',
    since: '2026-11-21T01:00:10Z',
    now: '2026-11-21T01:59:00Z',
    policy: 'run-once',
    missed: 0,
    run: 0,
  },
  {
    name: 'the tick of this very minute is not missed yet',
    since: '2026-11-21T01:00:10Z',
    now: '2026-11-21T02:00:30Z',
    policy: 'run-once',
    missed: 0,
    run: 0,
  },
  {
    name: 'one run for all that were missed',
    since: '2026-11-20T22:00:00Z',
    now: '2026-11-21T02:30:00Z',
    policy: 'run-once',
    missed: 4,
    run: 1,
  },
  {
    name: 'none when they are to be skipped, but they are counted',
    since: '2026-11-20T22:00:00Z',
    now: '2026-11-21T02:30:00Z',
    policy: 'skip',
    missed: 4,
    run: 0,
  },
  {
    name: 'each when they are to be caught up with',
    since: '2026-11-20T22:00:00Z',
    now: '2026-11-21T02:30:00Z',
    policy: 'catch-up',
    missed: 4,
    run: 4,
  },
  {
    name: 'but never more than five',
    since: '2026-11-19T22:00:00Z',
    now: '2026-11-21T02:30:00Z',
    policy: 'catch-up',
    missed: 28,
    run: 5,
  },
  {
    name: 'and a month is the longest look back',
    since: '2026-01-01T00:00:00Z',
    now: '2026-11-21T02:30:00Z',
    policy: 'run-once',
    missed: 31 * 24,
    run: 1,
    more: true,
  },
  {
    name: 'a clock that went back misses nothing',
    since: '2026-11-22T00:00:00Z',
    now: '2026-11-21T02:30:00Z',
    policy: 'catch-up',
    missed: 0,
    run: 0,
  },
];

t.test('what a schedule missed, and how much of it is made up for', async (t) => {
  for (const one of cases) {
    const found = missedRuns({
      matches: hourly,
      since: new Date(one.since),
      now: new Date(one.now),
      policy: one.policy,
    });
    t.equal(found.times.length, one.missed, one.name);
    t.equal(found.run, one.run, one.name);
    t.equal(found.more, one.more ?? false, one.name);
  }
});
