/** A pattern is slow by the processor time that it took, not because others were at work. */
import t from 'tap';
import { countMatches } from '../../src/governance/conditions/regex.js';

const BACKTRACKS = /(a+)+$/;
const textOf = (length: number): string => `${'a'.repeat(length)}!`;

/** A pattern that takes at least 20 ms here, and its time. */
function measured(): { readonly text: string; readonly ms: number } {
  for (let length = 14; ; length++) {
    const text = textOf(length);
    const began = performance.now();
    countMatches(BACKTRACKS, text, { budgetMs: 10_000 });
    const ms = performance.now() - began;
    if (ms >= 20) return { text, ms };
  }
}

/** @param each processor time that every try takes. */
function processor(each: number): { readonly usedMs: () => number; readonly asked: () => number } {
  let asked = 0;
  return { usedMs: () => Math.ceil(asked++ / 2) * each, asked: () => asked };
}

t.test('a pattern that had the processor for its whole time is slow at once', async (t) => {
  const { usedMs, asked } = processor(5);
  const found = countMatches(BACKTRACKS, textOf(60), { budgetMs: 5, usedMs });
  t.strictSame(found, { kind: 'timed-out', milliseconds: 5 });
  t.equal(asked(), 2, 'one try');
});

t.test('one that the machine kept waiting gets more time, and then is slow too', async (t) => {
  const { usedMs, asked } = processor(1);
  const found = countMatches(BACKTRACKS, textOf(60), { budgetMs: 5, usedMs });
  t.strictSame(found, { kind: 'timed-out', milliseconds: 5 });
  t.equal(asked(), 6, 'three tries');
});

t.test('with more time it finds what there is to find', async (t) => {
  const { text, ms } = measured();
  const { usedMs } = processor(1);
  const found = countMatches(BACKTRACKS, text, { budgetMs: Math.ceil(ms / 2), usedMs });
  t.strictSame(found, { kind: 'matched', count: 0, index: -1 });
});
