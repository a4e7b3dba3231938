import fc from 'fast-check';
import picomatch from 'picomatch';
import t from 'tap';
import { captures, compareSpecificity, globMatches } from '../../src/kernel/glob.js';

const part = fc.constantFrom('a', 'b', 'ab', 'os', '.x', 'a.md', 'b.md', 'A', '..', '.');
const piece = fc.constantFrom(
  'a',
  'b',
  'os',
  '*',
  '**',
  '*.md',
  'a*',
  '?',
  '{a,b}',
  '[ab]',
  '.*',
  '.x',
  'a.md',
  '!(a)',
  '@(a|b)',
  'a|b',
);

t.test('shortcuts match and capture what picomatch does', async (t) => {
  fc.assert(
    fc.property(
      fc.array(piece, { minLength: 1, maxLength: 4 }),
      fc.array(part, { minLength: 1, maxLength: 4 }),
      (glob, path) => {
        const [pattern, text] = [glob.join('/'), path.join('/')];
        const found = picomatch.makeRe(pattern, { dot: true, capture: true }).exec(text);
        const expected = /[*?[\]{}()!+@]/.test(pattern)
          ? found?.slice(1).map((one) => one ?? '')
          : pattern === text
            ? []
            : undefined;
        return JSON.stringify(captures(pattern, text)) === JSON.stringify(expected);
      },
    ),
    { numRuns: 20_000 },
  );
  t.pass('held');
});

t.test('a file whose name has a line break is under its directory like any other', async (t) => {
  t.ok(globMatches('os/**', 'os/a\nb.md'));
  t.notOk(globMatches('os/**', 'os/../b.md'));
});

const GLOBS = [
  'a/b.md',
  'a/*.md',
  'a/*',
  'a/**',
  '**',
  '*',
  '*.md',
  'a/b*/c.md',
  'a/*/c.md',
  'a/**/c.md',
  '{a,b}/c.md',
  'a',
  'a/b',
  'a/b/c',
  'a/[bc].md',
  'a/?.md',
  'longer-name/*',
  'PROJECTS/*/LONGRUNNER.md',
  'PROJECTS/**',
  'PROJECTS/*/outputs/**',
];

t.test(
  'how specific a glob is orders all of them: equally specific ones form classes',
  async (t) => {
    const glob = fc.oneof(
      fc.constantFrom(...GLOBS),
      fc.array(piece, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/')),
    );
    const sign = (a: string, b: string): number => Math.sign(compareSpecificity(a, b));
    fc.assert(
      fc.property(glob, glob, glob, (a, b, c) => {
        if (sign(a, a) !== 0 || sign(a, b) + sign(b, a) !== 0) return false;
        if (sign(a, b) < 0 && sign(b, c) < 0 && sign(a, c) >= 0) return false;
        return !(sign(a, b) === 0 && sign(b, c) === 0 && sign(a, c) !== 0);
      }),
      { numRuns: 20_000 },
    );
    t.pass('held');
  },
);

t.test('the narrower of two globs comes first', async (t) => {
  const pairs: readonly (readonly [narrow: string, wide: string])[] = [
    ['a/b.md', 'a/*.md'],
    ['a/*.md', 'a/*'],
    ['a/*', 'a/**'],
    ['a/**', '**'],
    ['PROJECTS/*/LONGRUNNER.md', 'PROJECTS/*/*.md'],
    ['PROJECTS/*/outputs/**', 'PROJECTS/**'],
    ['orchestration-os/TOOL-STATUS.md', 'orchestration-os/**'],
    ['abc*.md', 'a*.md'],
  ];
  for (const [narrow, wide] of pairs)
    t.ok(
      compareSpecificity(narrow, wide) < 0 && compareSpecificity(wide, narrow) > 0,
      `${narrow} before ${wide}`,
    );
  t.equal(compareSpecificity('a*.md', '*a.md'), 0, 'neither is more specific');
});

t.test('a star stays inside a segment, two stars cross them, and hidden files count', async (t) => {
  t.same(captures('PROJECTS/*/LONGRUNNER.md', 'PROJECTS/x/LONGRUNNER.md'), ['x']);
  t.equal(captures('PROJECTS/*/LONGRUNNER.md', 'PROJECTS/x/y/LONGRUNNER.md'), undefined);
  t.ok(globMatches('**/*.md', 'a/.b/c.md'));
  t.ok(globMatches('*.md', '.x.md'));
  t.notOk(globMatches('*.md', 'a/x.md'));
  t.same(captures('a.md', 'a.md'), [], 'a literal captures nothing');
});
