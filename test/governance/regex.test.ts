/** A pattern that takes too long ends; one that had no turn on a busy machine gets another one. */
import t from 'tap';
import { countMatches } from '../../src/governance/conditions/regex.js';

t.test('a pattern that takes too long is timed out', async (t) => {
  const found = countMatches(/^(a+)+$/, `${'a'.repeat(40)}!`, { budgetMs: 20 });
  t.match(found, { kind: 'timed-out', milliseconds: 20 });
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
