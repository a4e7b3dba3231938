/** Looking only at near patterns finds what looking at all of them finds. */
import fc from 'fast-check';
import t from 'tap';
import { globMatches } from '../../src/kernel/glob.js';
import { nearPatterns } from '../../src/registry/near-patterns.js';

const part = fc.constantFrom('a', 'b', 'a.md', '.x', 'ab');
const wild = fc.constantFrom('*', '**', '*.md', '{a,b}', '{a/b,b}', 'a|b', '[ab]', '+(a|b)', '?');
const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
const pattern = fc
  .tuple(
    fc.constantFrom('', '', './'),
    fc.array(fc.oneof(part, wild), { minLength: 1, maxLength: 4 }),
  )
  .map(([before, parts]) => before + parts.join('/'));

t.test('no pattern that matches is left out, whatever was asked before', async (t) => {
  fc.assert(
    fc.property(
      fc.array(pattern, { maxLength: 8 }),
      fc.array(path, { maxLength: 8 }),
      (patterns, paths) => {
        const near = nearPatterns(patterns, (one) => one);
        for (const one of paths)
          t.strictSame(
            near(one).filter((glob) => globMatches(glob, one)),
            patterns.filter((glob) => globMatches(glob, one)),
            `${one} of ${patterns.join(' ')}`,
          );
      },
    ),
    { numRuns: 500, verbose: 1 },
  );
});

t.test('patterns of other folders and of other depths are not near', async (t) => {
  const near = nearPatterns(['a/*.md', 'b/*.md', 'a/*/x.md', 'SOUL.md', '**/x'], (one) => one);
  t.strictSame(near('a/1.md'), ['a/*.md', '**/x']);
  t.strictSame(near('SOUL.md'), ['SOUL.md', '**/x']);
});
