/** A pattern is slow by the processor time that it took, not because others were at work. */
import t from 'tap';
import { countMatches } from '../../src/governance/conditions/regex.js';

const BACKTRACKS = /(a+)+$/;
const TEXT = `${'a'.repeat(60)}!`;

/** @param each processor time that every try takes. */
function processor(each: number): { readonly usedMs: () => number; readonly asked: () => number } {
  let asked = 0;
  return { usedMs: () => Math.ceil(asked++ / 2) * each, asked: () => asked };
}

t.test('a pattern that had the processor for its whole time is slow at once', async (t) => {
  const { usedMs, asked } = processor(5);
  const found = countMatches(BACKTRACKS, TEXT, { budgetMs: 5, usedMs });
  t.strictSame(found, { kind: 'timed-out', milliseconds: 5 });
  t.equal(asked(), 2, 'one try');
});

t.test('one that the machine kept waiting gets more time, and then is slow too', async (t) => {
  const { usedMs, asked } = processor(1);
  const found = countMatches(BACKTRACKS, TEXT, { budgetMs: 5, usedMs });
  t.strictSame(found, { kind: 'timed-out', milliseconds: 5 });
  t.equal(asked(), 6, 'three tries');
});

t.test('time in which the machine did something else does not count', async (t) => {
  const waits = new Int32Array(new SharedArrayBuffer(4));
  let asked = 0;
  const text = {
    toString() {
      if (++asked === 1) Atomics.wait(waits, 0, 0, 5_000);
      return 'a page';
    },
  };
  const found = countMatches(/page/, text as unknown as string, { budgetMs: 100 });
  t.match(found, { kind: 'matched', count: 1, index: 2 });
});
