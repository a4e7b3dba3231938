import fc from 'fast-check';
import picomatch from 'picomatch';
import t from 'tap';
import { captures, globMatches } from '../../src/kernel/glob.js';

const part = fc.constantFrom('a', 'b', 'ab', 'os', '.x', 'a.md', 'b.md', 'A', '..', '.');
const piece = fc.constantFrom('a', 'b', 'os', '*', '**', '*.md', 'a*', '?', '{a,b}', '[ab]', '.*', '.x', 'a.md', '!(a)', '@(a|b)', 'a|b');

t.test('shortcuts match and capture what picomatch does', async (t) => {
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 4 }), fc.array(part, { minLength: 1, maxLength: 4 }), (glob, path) => {
      const [pattern, text] = [glob.join('/'), path.join('/')];
      const found = picomatch.makeRe(pattern, { dot: true, capture: true }).exec(text);
      const expected = /[*?[\]{}()!+@]/.test(pattern) ? found?.slice(1).map((one) => one ?? '') : pattern === text ? [] : undefined;
      return JSON.stringify(captures(pattern, text)) === JSON.stringify(expected);
    }),
    { numRuns: 20_000 },
  );
  t.pass('held');
});

t.test('a file whose name has a line break is under its directory like any other', async (t) => {
  t.ok(globMatches('os/**', 'os/a\nb.md'));
  t.notOk(globMatches('os/**', 'os/../b.md'));
});
