/** Globs compared with globs: in doubt a scope does not cover, and a boundary touches. */
import fc from 'fast-check';
import t from 'tap';
import { globMatches } from '../../src/kernel/glob.js';
import { globCovers, globsTouch, targetProblem } from '../../src/kernel/glob-cover.js';

t.test('a scope covers what it certainly covers', async (t) => {
  const cases: readonly (readonly [scope: string, target: string, covers: boolean])[] = [
    ['PROJECTS/a/**', 'PROJECTS/a/outputs/x.md', true],
    ['PROJECTS/a/**', 'PROJECTS/ab/x.md', false],
    ['PROJECTS/*/x.md', 'PROJECTS/a/x.md', true],
    ['PROJECTS/*/x.md', 'PROJECTS/a/b/x.md', false],
    ['PROJECTS/*/x.md', 'PROJECTS/*/x.md', true],
    ['PROJECTS/**', 'PROJECTS/*/x.md', true],
    ['**', 'PROJECTS/**', true],
    ['PROJECTS/*/**', 'PROJECTS/a/**', true],
    ['PROJECTS/a/**', 'PROJECTS/*/x.md', false],
    ['PROJECTS/*/outputs/*.md', 'PROJECTS/a/outputs/**', false],
    ['PROJECTS/*', 'PROJECTS/**', false],
    ['memory/*.md', 'memory/2026-*.md', false],
    ['memory/*', 'memory/2026-*.md', true],
    ['{memory,notes}/**', 'memory/x.md', true],
    ['{memory,notes}/**', '{memory,notes}/*.md', true],
    ['{memory,notes}/**', '{memory,SOUL}/*.md', false],
    ['!SOUL.md', 'AGENTS.md', false],
    ['**', '../outside.md', false],
    ['**', '/etc/passwd', false],
    ['**', 'a//b.md', false],
    ['**', 'a/./b.md', false],
    ['**', 'a\\b.md', false],
    ['**', '', false],
    ['**/*.md', 'a/b/c.md', true],
    ['**/*.md', '**/*.md', true],
    ['{memory,notes}/**', 'memory/*.md', true],
    ['{a/x,b}/**', 'a/x/*.md', true],
    ['{a/x,b}/**', 'a/*.md', false],
    ['memory/**', 'memory/{a/b,c}*.md', true],
    ['memory/*', 'memory/{a/b,c}*.md', false],
    ['{a}/**', 'b/*', false],
  ];
  for (const [scope, target, covers] of cases)
    t.equal(globCovers(scope, target), covers, `${scope} over ${target}`);
  for (const target of [
    '',
    '/a',
    '../a',
    'a/../b',
    'a/./b',
    'a//b',
    'a/',
    '!a',
    'a\\b',
    'a\nb',
    '.',
  ])
    t.ok(targetProblem(target), JSON.stringify(target));
  for (const target of ['a', 'a/b.md', '.hidden', 'a/**', 'a..b', 'a b'])
    t.equal(targetProblem(target), undefined, target);
});

t.test('a boundary touches whatever it could touch', async (t) => {
  const cases: readonly (readonly [boundary: string, target: string, touches: boolean])[] = [
    ['SOUL.md', 'SOUL.md', true],
    ['SOUL.md', 'AGENTS.md', false],
    ['PROJECTS/*/LONGRUNNER.md', 'PROJECTS/a/LONGRUNNER.md', true],
    ['PROJECTS/*/LONGRUNNER.md', 'PROJECTS/a/**', true],
    ['PROJECTS/*/LONGRUNNER.md', 'PROJECTS/a/outputs/**', false],
    ['PROJECTS/b/**', 'PROJECTS/*/x.md', true],
    ['PROJECTS/b/**', 'memory/**', false],
    ['**/*.json', 'PROJECTS/a/**', true],
    ['**/*.json', 'PROJECTS/a/*.md', false],
    ['2026-*.md', '*-11.md', true],
    ['2026-*.md', '2025-*.md', false],
    ['!SOUL.md', 'x.md', true],
    ['{a,b}/**', 'b/x*.md', true],
    ['{a,b}/**', 'c/x*.md', false],
    ['{a/x,b}/**', 'a/x/*.md', true],
    ['{a/x,b}/**', 'a/y/*.md', false],
    ['{a}/**', 'b/*', true],
    ['a[12]*', 'b*', true],
    ['a*', 'b*', false],
  ];
  for (const [boundary, target, touches] of cases) {
    t.equal(globsTouch(boundary, target), touches, `${boundary} and ${target}`);
    t.equal(globsTouch(target, boundary), touches, 'the other way round');
  }
});

/**
 * Not the folder itself, which `a/**` matches and a wildcard with a globstar behind it does not:
 * permissions are about what is in it.
 */
const matchesBelow = (glob: string, path: string): boolean =>
  globMatches(glob, path) && !(glob.endsWith('/**') && globMatches(glob.slice(0, -3), path));

t.test('covering and touching agree with what the globs match', async (_t) => {
  const segment = fc.constantFrom('a', 'b', '*', 'a*', '*b', '**', 'ab');
  const glob = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
  const path = fc
    .array(fc.constantFrom('a', 'b', 'ab', 'ba'), { minLength: 1, maxLength: 4 })
    .map((parts) => parts.join('/'));
  fc.assert(
    fc.property(
      glob,
      glob,
      fc.array(path, { minLength: 30, maxLength: 30 }),
      (left, right, paths) => {
        for (const one of paths) {
          if (globCovers(left, right) && matchesBelow(right, one) && !globMatches(left, one))
            return false;
          if (!globsTouch(left, right) && globMatches(right, one) && globMatches(left, one))
            return false;
        }
        return true;
      },
    ),
    { numRuns: 5000 },
  );
});
