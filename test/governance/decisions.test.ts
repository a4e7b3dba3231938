/** Decisions that are plain tables: breaker, grades, verdicts, novelty. */
import t from 'tap';
import fc from 'fast-check';
import { breaker } from '../../src/governance/breaker.js';
import { NEAR_DUPLICATE, noveltyOf } from '../../src/governance/quality/novelty.js';
import { similarity, SKETCH_SIZE, sketchOf } from '../../src/governance/quality/sketch.js';
import { gradePass } from '../../src/governance/quality/quality.js';
import type { Grade, PassFacts } from '../../src/governance/quality/quality.js';
import { decisionOf, readAnswer } from '../../src/project/verdict.js';

const NOW = new Date('2026-11-21T03:00:00Z');
const ago = (seconds: number): Date => new Date(NOW.getTime() - seconds * 1000);

t.test('the breaker waits longer after each failure in a row', async (t) => {
  const cases: readonly (readonly [
    failures: number,
    last: Date | undefined,
    waitSeconds: number,
  ])[] = [
    [0, ago(0), 0],
    [1, ago(0), 0],
    [2, ago(0), 0],
    [3, ago(0), 10],
    [3, ago(4), 6],
    [3, ago(10), 0],
    [4, ago(0), 30],
    [5, ago(0), 120],
    [6, ago(0), 300],
    [7, ago(0), 900],
    [7, ago(899), 1],
    [8, ago(0), 900],
    [1000, ago(0), 900],
    [1000, ago(900), 0],
    [5, undefined, 0],
    [5, new Date(Number.NaN), 0],
    [Number.NaN, ago(0), 0],
    [-1, ago(0), 0],
    [5, ago(-30), 150],
    [5, ago(-60), 180],
    [5, ago(-86_400), 0],
  ];
  for (const [failures, last, seconds] of cases) {
    const found = breaker(failures, last, NOW);
    t.equal(
      found.open ? found.waitMs / 1000 : 0,
      seconds,
      `${failures} failures, the last at ${last?.getTime()}`,
    );
    if (found.open) t.equal(found.retryAt.getTime(), NOW.getTime() + seconds * 1000);
  }
});

const YES = { nonObvious: true, durable: true, compounding: true };
const GOOD: PassFacts = {
  finished: true,
  criteria: { met: 3, total: 3 },
  approach: { kind: 'nearer', holds: false, why: '4 of 12 entries, 3 before' },
  outputs: 2,
  novel: 2,
  restored: 0,
  invalid: false,
  answers: YES,
};

const LEVEL = { kind: 'level', holds: false, why: 'it came no nearer: 3 of 12' } as const;
const OVER = { kind: 'level', holds: true, why: 'it came no nearer' } as const;

t.test('the grade comes from what can be checked, and answers can only lower it', async (t) => {
  const cases: readonly (readonly [Partial<PassFacts>, Grade, RegExp?])[] = [
    [{}, 'STRONG'],
    [
      { answers: { ...YES, compounding: false } },
      'ADEQUATE',
      /calls its work nothing that others can build on$/,
    ],
    [
      { answers: { ...YES, compounding: false, durable: false } },
      'WEAK',
      /itself calls its work not durable, nothing .*; it did come nearer: /,
    ],
    [{ answers: { nonObvious: false, compounding: false, durable: false } }, 'WEAK'],
    [{ answers: undefined }, 'WEAK', /no answers/],
    [{ criteria: { met: 2, total: 3 } }, 'WEAK', /1 of 3 criteria/],
    [{ criteria: { met: 0, total: 3 } }, 'FAIL', /none of its 3/],
    [{ criteria: { met: 0, total: 0 } }, 'ADEQUATE', /no criteria/],
    [{ criteria: { met: 0, total: 0 }, answers: undefined }, 'WEAK'],
    [{ novel: 1 }, 'ADEQUATE', /1 of 2 outputs/],
    [{ novel: 0 }, 'WEAK', /nearly the same/],
    [{ outputs: 0, novel: 0 }, 'FAIL', /nothing was delivered/],
    [{ restored: 1 }, 'WEAK', /^1 file out of scope was written and restored/],
    [{ restored: 2 }, 'WEAK', /2 files out of scope were written/],
    [{ restored: 3 }, 'FAIL', /3 files out of scope were written/],
    [{ outputs: 0, novel: 0, restored: 2 }, 'FAIL'],
    [{ finished: false }, 'FAIL', /did not finish/],
    [
      { finished: false, ending: 'crashed', outputs: 0, novel: 0, criteria: { met: 0, total: 3 } },
      'FAIL',
      /^the agent did not finish \(crashed\)$/,
    ],
    [{ invalid: true }, 'FAIL', /no longer validates/],
    [
      { invalid: true, errors: ['a.md:3 link-broken: gone'] },
      'FAIL',
      /written: a.md:3 link-broken/,
    ],
    [{ approach: LEVEL }, 'ADEQUATE', /no nearer: 3 of 12/],
    [{ approach: LEVEL, novel: 0 }, 'WEAK', /nearly the same/],
    [
      { criteria: { met: 2, total: 3, unmet: ['expected 12 entries; found 3 in a.md'] } },
      'WEAK',
      /1 of 3 criteria are not met: expected 12 entries; found 3 in a.md/,
    ],
    [{ outputs: 0, novel: 0, ending: 'it said nothing' }, 'FAIL', /delivered \(it said nothing\)/],
    [{ finished: false, ending: 'crashed: exit 1' }, 'FAIL', /finish \(crashed: exit 1\)/],
    [{ approach: OVER, outputs: 0, novel: 0, reported: true }, 'ADEQUATE', /nothing was left/],
    [{ approach: OVER, outputs: 0, novel: 0, reported: false }, 'FAIL', /nothing was delivered/],
    [{ approach: OVER, outputs: 0, novel: 0, reported: true, restored: 1 }, 'FAIL'],
  ];
  for (const [facts, grade, why] of cases) {
    const found = gradePass({ ...GOOD, ...facts });
    t.equal(found.grade, grade, JSON.stringify(facts));
    t.ok(found.why.length > 0, 'it says why');
    if (why !== undefined) t.match(found.why.join('; '), why);
  }
});

t.test('three times yes never makes a bad pass better', async (_t) => {
  const order: readonly Grade[] = ['FAIL', 'WEAK', 'ADEQUATE', 'STRONG'];
  const facts = fc.record({
    finished: fc.boolean(),
    criteria: fc
      .nat(4)
      .chain((total) => fc.record({ total: fc.constant(total), met: fc.nat(total) })),
    outputs: fc.nat(3),
    novel: fc.nat(3),
    restored: fc.nat(3),
    invalid: fc.boolean(),
    approach: fc.record({
      kind: fc.constantFrom('nearer' as const, 'level' as const),
      holds: fc.boolean(),
      why: fc.constant('so'),
    }),
  });
  fc.assert(
    fc.property(
      facts,
      fc.record({ nonObvious: fc.boolean(), durable: fc.boolean(), compounding: fc.boolean() }),
      (given, answers) => {
        const best = order.indexOf(gradePass({ ...given, answers: YES }).grade);
        const proved =
          given.finished &&
          !given.invalid &&
          given.outputs > 0 &&
          given.novel > 0 &&
          given.restored === 0 &&
          given.criteria.met === given.criteria.total;
        const strong = proved && given.criteria.total > 0 && given.approach.kind === 'nearer';
        return (
          order.indexOf(gradePass({ ...given, answers }).grade) <= best &&
          (proved || best < 2) &&
          (strong || best < 3)
        );
      },
    ),
  );
});

t.test(
  'one word of the owner decides, and whatever could be read in two ways is no yes',
  async (t) => {
    const cases: readonly (readonly [string, string, string?])[] = [
      ['yes', 'yes'],
      ['Yes.', 'yes'],
      [' OK! ', 'yes'],
      ['**approve**', 'yes'],
      ['approved', 'yes'],
      ['go', 'yes'],
      ['y', 'yes'],
      ['yes, go ahead', 'yes', ''],
      ['yes, go ahead with three', 'yes', 'go ahead with three'],
      ['no', 'no'],
      ['No.', 'no'],
      ['N', 'no'],
      ['declined', 'no'],
      ['no, list the dev dependencies too', 'no', 'list the dev dependencies too'],
      ['no: not yet', 'no', 'not yet'],
      ['yes, but only for zod', 'text'],
      ['yes if it is cheap', 'text'],
      ['yes, after Monday', 'text'],
      ['yes?', 'text'],
      ['ok, really?', 'text'],
      ['yes no', 'text'],
      ['not now', 'text'],
      ['nothing', 'text'],
      ['yesterday', 'text'],
      ['going on holiday', 'text'],
      ['no problem, go on', 'text'],
      ['maybe', 'text'],
      ['review', 'text', 'review'],
      ['"yes"', 'yes'],
      ['是', 'text'],
    ];
    for (const [answer, verdict, rest] of cases) {
      const found = readAnswer(answer);
      t.equal(found.verdict, verdict, answer);
      if (rest !== undefined) t.equal(found.rest, rest);
    }
  },
);

t.test('status and answer together: a contradiction decides nothing', async (t) => {
  const cases: readonly (readonly [string, string, string | undefined])[] = [
    ['open', '', undefined],
    ['open', '  ', undefined],
    ['open', 'yes', 'yes'],
    ['open', 'no', 'no'],
    ['approved', '', 'yes'],
    ['approved', 'yes', 'yes'],
    ['approved', 'good work', 'yes'],
    ['approved', 'no', 'text'],
    ['declined', '', 'no'],
    ['declined', 'yes', 'text'],
    ['declined', 'do the rest first', 'no'],
    ['done', 'yes', undefined],
    ['something', 'yes', undefined],
  ];
  for (const [status, answer, verdict] of cases)
    t.equal(decisionOf(status, answer)?.verdict, verdict, `${status} + "${answer}"`);
  t.equal(decisionOf('approved', 'yes, publish')?.rest, 'publish');
  t.equal(decisionOf('declined', 'do the rest first')?.rest, 'do the rest first');
});

const PROSE =
  'Each of the installed packages was read from its own folder. The licence of three of them is missing. Nobody has declared which one was meant, and the authors were asked.';

t.test('near-duplicates are found whatever the date, case and layout', async (t) => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    [PROSE, PROSE, true],
    [
      `# Report of 2026-11-20\n\n${PROSE}`,
      `# Report of 2026-11-21\n\n${PROSE.toUpperCase()}`,
      true,
    ],
    [PROSE, PROSE.replaceAll(' ', '\n  '), true],
    [PROSE, `${PROSE} ${PROSE.split(' ').reverse().join(' ')}`, false],
    [PROSE, 'Something else was done today.', false],
    ['', '', true],
    ['', PROSE, false],
    ['2026-11-20', '2026-11-21', true],
    ['one two', 'one two', true],
    ['one two', 'one three', false],
  ];
  for (const [a, b, duplicate] of cases)
    t.equal(
      noveltyOf([{ path: 'new.md', text: b }], [{ path: 'old.md', text: a }]).duplicates === 1,
      duplicate || b === '',
      `${a.slice(0, 30)} / ${b.slice(0, 30)}`,
    );
});

t.test('one pass cannot count one text twice, and an empty output is not new', async (t) => {
  const found = noveltyOf(
    [
      { path: 'a.md', text: PROSE },
      { path: 'b.md', text: PROSE },
      { path: 'c.md', text: ' \n' },
    ],
    [],
  );
  t.match(found, {
    novel: 1,
    duplicates: 2,
    outputs: [
      { path: 'a.md', duplicate: false },
      { path: 'b.md', duplicate: true, nearest: 'a.md' },
      { path: 'c.md', duplicate: true },
    ],
  });
});

t.test('near-duplicates are the same as when each text is compared with each', async (_t) => {
  const wordsOf = (size: number): readonly string[] =>
    Array.from({ length: size }, (_, i) => `w${(i * 7919) % 7001}`);
  const changed = fc
    .record({
      words: fc.constantFrom(wordsOf(60), wordsOf(4000), [], ['one', 'two']),
      every: fc.integer({ min: 2, max: 400 }),
      from: fc.integer({ min: 0, max: 30 }),
    })
    .map(({ words, every, from }) =>
      words.map((word, i) => (i >= from && i % every === 0 ? `${word}x` : word)).join(' '),
    );
  const plainly = (outputs: readonly string[], earlier: readonly string[]): readonly boolean[] =>
    outputs.map((text, i) => {
      const sketch = sketchOf(text);
      return (
        sketch.shingles === 0 ||
        [...earlier, ...outputs.slice(0, i)].some(
          (other) => similarity(sketch, sketchOf(other)) >= NEAR_DUPLICATE,
        )
      );
    });
  const named = (texts: readonly string[]) => texts.map((text, i) => ({ path: `${i}.md`, text }));
  fc.assert(
    fc.property(
      fc.array(changed, { maxLength: 6 }),
      fc.array(changed, { maxLength: 4 }),
      (outputs, earlier) => {
        const found = noveltyOf(named(outputs), named(earlier)).outputs;
        const expected = plainly(outputs, earlier);
        return found.every(({ duplicate }, i) => duplicate === expected[i]);
      },
    ),
  );
});

t.test('similarity is symmetric, between 0 and 1, and 1 for the same text', async (_t) => {
  const words = fc
    .array(fc.constantFrom('alpha', 'beta', 'gamma', 'delta', '7', '2026-01-02'), { maxLength: 60 })
    .map((list) => list.join(' '));
  fc.assert(
    fc.property(words, words, (a, b) => {
      const [left, right] = [sketchOf(a), sketchOf(b)];
      const score = similarity(left, right);
      return (
        score === similarity(right, left) &&
        score >= 0 &&
        score <= 1 &&
        similarity(left, left) === 1
      );
    }),
  );
});

t.test('long texts are compared by their smallest hashes, near enough', async (t) => {
  const words = Array.from({ length: 40_000 }, (_, i) => `w${(i * 7919) % 40_009}`);
  const long = words.join(' ');
  const changed = words.map((word, i) => (i % 40 === 0 ? `${word}x` : word)).join(' ');
  t.ok(sketchOf(long).shingles > SKETCH_SIZE);
  const score = similarity(sketchOf(long), sketchOf(changed));
  t.ok(score > 0.77 && score < 0.87, `about 0.82, found ${score}`);
  t.equal(
    similarity(sketchOf(long), sketchOf(words.slice(20_000).reverse().join(' '))) < 0.05,
    true,
  );
});
