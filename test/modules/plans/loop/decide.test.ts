import { isDeepStrictEqual } from 'node:util';
import { mean, sampleStandardDeviation } from 'simple-statistics';
import t from 'tap';
import { decide, type LoopSettings } from '../../../../src/modules/plans/loop/decide.js';
import { readLoop } from '../../../../src/modules/plans/loop/loop-state.js';
import type { LoopRow } from '../../../../src/modules/plans/loop/rows.js';
import { welch } from '../../../../src/modules/plans/loop/welch.js';
import { attempted, BEGUN, normal, simulate, TIME } from './simulated-loop.js';

const LOOPS = 400;
const TEN: LoopSettings = { metric: { direction: 'higher', attempts: 10 }, budget: {} };

function share(isTrue: (seed: number) => boolean): number {
  return (
    Array.from({ length: LOOPS }, (_, seed) => isTrue(seed + 1)).filter(Boolean).length / LOOPS
  );
}

const keptOf = (attempts: readonly { verdict: string; attempt: number }[]): readonly number[] =>
  attempts.filter(({ verdict }) => verdict === 'kept').map(({ attempt }) => attempt);

t.test('Welch’s t is that of a table', (t) => {
  // Welch 1947, as in the example of the R function t.test.
  const a = [27.5, 21, 19, 23.6, 17, 17.9, 16.9, 20.1, 21.9, 22.6, 23.1, 19.6, 19, 21.7, 21.4];
  const b = [27.1, 22, 20.8, 23.4, 23.4, 23.5, 25.8, 22, 24.8, 20.2, 21.9, 22.1, 22.9, 30.5, 24.4];
  t.ok(Math.abs(welch(a, b) - 2.9) < 0.1, String(welch(a, b)));
  t.equal(welch([1, 1], [1, 1]), 0);
  t.equal(welch([1, 1], [2, 2]), Infinity);
  t.equal(welch([0.1, 0.1, 0.1], [0.1, 0.1, 0.1]), 0);
  t.end();
});

t.test('in 400 loops of ten attempts, noise is kept in at most 5 %', (t) => {
  for (const direction of ['higher', 'lower'] as const) {
    const settings = { ...TEN, metric: { ...TEN.metric, direction } };
    const kept = share((seed) => keptOf(simulate(settings, normal(seed)).loop.attempts).length > 0);
    t.comment(`noise is kept in ${kept * 100} % of loops (${direction} is better)`);
    t.ok(kept <= 0.05, `${kept}`);
  }
  t.end();
});

t.test('seven measurements of each side keep noise in at most 5 %, too', (t) => {
  const settings = { ...TEN, metric: { ...TEN.metric, repeats: 7 } };
  const kept = share((seed) => keptOf(simulate(settings, normal(seed)).loop.attempts).length > 0);
  t.comment(`noise is kept in ${kept * 100} % of loops`);
  t.ok(kept <= 0.05, `${kept}`);
  t.end();
});

t.test('a gain of two standard deviations is kept in at least 90 %', (t) => {
  const found = share((seed) => {
    const noise = normal(seed);
    const good = 1 + (seed % 10);
    const { attempts } = simulate(TEN, (state) => noise() + (state === good ? 2 : 0)).loop;
    return keptOf(attempts).includes(good);
  });
  t.comment(`the gain is kept in ${found * 100} % of loops`);
  t.ok(found >= 0.9, `${found}`);
  t.end();
});

t.test(
  'what "beyond two deviations" would keep: noise, in a fifth to almost half of loops',
  (t) => {
    for (const measurements of [5, 10, 30]) {
      const kept = share((seed) => {
        const noise = normal(seed);
        const values = Array.from({ length: measurements }, noise);
        const limit = mean(values) + 2 * sampleStandardDeviation(values);
        return Array.from({ length: 10 }, noise).some((value) => value > limit);
      });
      t.comment(`by ${measurements} measurements of the baseline: ${kept * 100} %`);
      t.ok(kept > 0.15 && kept < 0.5, `${kept}`);
    }
    t.end();
  },
);

t.test('a metric without noise keeps exactly what is better', (t) => {
  const scores = [10, 10, 9, 11, 11, 12, 8, 12, 12, 13, 1];
  const { loop } = simulate(TEN, (state) => scores[state] ?? 0);
  t.same(keptOf(loop.attempts), [3, 5, 9]);
  t.match(loop.attempts[2]?.why, /better: 11 against 10 in 13 measurements of each \(t = infinite/);
  t.match(loop.attempts[0]?.why, 'It does not look better: 10 against 10.');
  t.match(loop.stopped?.why, 'All 10 attempts were made. Attempt 9 is the best one kept.');
  t.end();
});

t.test('a loop ends on its plateau, and with its budget', (t) => {
  const scores = [5, 6, 6, 6, 7, 7, 7, 7];
  const plateau = { ...TEN, metric: { ...TEN.metric, plateau: 3 } };
  const { loop } = simulate(plateau, (state) => scores[state] ?? 7);
  t.equal(loop.attempts.length, 7);
  t.match(loop.stopped, { reason: 'plateau', why: /^3 attempts in a row were not better\. Att/ });

  const budget = { ...TEN, budget: { minutes: 4 } };
  const short = simulate(budget, () => 1).loop;
  t.equal(short.attempts.length, 4);
  t.match(short.stopped, { reason: 'budget', why: /None was kept/ });
  t.end();
});

t.test('an attempt gets its share of what the others left of the budget', (t) => {
  const settings = { ...TEN, budget: { minutes: 100, tokens: 1000, cost: 10 } };
  const rows: LoopRow[] = [
    BEGUN,
    ...[1, 2, 3].map(
      (value): LoopRow => ({ kind: 'measured', time: TIME, phase: 'start', side: 'best', value }),
    ),
    { ...attempted(1), minutes: 10, tokens: 550, void: 'The agent did not end.' },
  ];
  const loop = readLoop(rows);
  t.same(loop && decide(loop, settings), {
    kind: 'attempt',
    attempt: 2,
    budget: { minutes: 10, tokens: 50, cost: 10 / 9 },
  });
  t.end();
});

t.test('a loop that is cut off at any row goes on and measures nothing twice', (t) => {
  const measured = (rows: readonly LoopRow[]): number =>
    rows.filter(({ kind }) => kind === 'measured').length;
  const scores = [10, 12, 9, 13, 13, 14, 8, 12, 12, 13, 1];
  const measure = (state: number): number => scores[state] ?? 0;
  const whole = simulate(TEN, measure);
  const cuts = whole.rows.map((_, cut) => simulate(TEN, measure, whole.rows.slice(1, cut + 1)));
  const wrong = cuts.findIndex(
    ({ loop, rows }) =>
      !isDeepStrictEqual(loop, whole.loop) || measured(rows) !== measured(whole.rows),
  );
  t.equal(wrong, -1);
  t.end();
});

t.test('the sides take turns so that a steady drift hits both alike', (t) => {
  let drift = 0;
  const { loop, rows } = simulate(TEN, () => (drift += 1));
  t.same(keptOf(loop.attempts), []);
  const looks = rows.flatMap((row) =>
    row.kind === 'measured' && row.phase === 'look' ? [row.side] : [],
  );
  const turns = ['best', 'attempt', 'attempt', 'best', 'best', 'attempt'];
  t.same(looks.slice(0, 6), turns);
  t.end();
});
