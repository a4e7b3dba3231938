/**
 * Lines that a guard once allowed and bash understood differently, and more of their kinds: each is
 * refused, or bash and our executor do what was judged.
 */
import fc from 'fast-check';
import t from 'tap';
import { openChecker, whyNot } from '../../fuzz/checker.js';
import type { Outcome } from '../../fuzz/outcome.js';
import { fuzz } from '../../fuzz/fuzz.js';
import { KNOWN, KNOWN_BY_KIND } from '../../fuzz/known-lines.js';
import { mutated } from '../../fuzz/lines.js';

t.setTimeout(300_000);
const why = whyNot();
const skip = why === undefined ? false : why;

function different(lines: readonly string[], outcomes: readonly Outcome[]): readonly unknown[] {
  return outcomes.flatMap((outcome, i) =>
    outcome.kind === 'different' ? [[lines[i], ...outcome.found]] : [],
  );
}

t.test(
  `${KNOWN.length} known lines of ${Object.keys(KNOWN_BY_KIND).length} kinds`,
  { skip },
  async (t) => {
    const checker = openChecker();
    t.teardown(checker.close);
    for (const [kind, lines] of Object.entries(KNOWN_BY_KIND)) {
      const outcomes = await checker.check(lines);
      t.equal(outcomes.length, lines.length);
      t.same(different(lines, outcomes), [], kind);
    }
  },
);

t.test('500 more of the same kinds', { skip }, async (t) => {
  const checker = openChecker();
  t.teardown(checker.close);
  const lines = fc.sample(mutated(fc.constantFrom(...KNOWN)), { numRuns: 500, seed: 20261129 });
  const outcomes = await checker.check(lines);
  t.equal(outcomes.length, 500);
  t.same(different(lines, outcomes), []);
});

t.test('a few hundred lines of the fuzzer', { skip }, async (t) => {
  const checkers = [openChecker()];
  t.teardown(() => checkers.map(({ close }) => close()));
  const found: string[] = [];
  const result = await fuzz(checkers, {
    seed: 20261129,
    executed: 150,
    until: Number.POSITIVE_INFINITY,
    say: (text) => void found.push(text),
  });
  t.same(found, []);
  t.ok(result.executed >= 150, `${result.executed} of ${result.made} lines were executed`);
});
