/** What a word may be, whoever fills it in: a pattern, a loop, a program. None becomes an option. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import t from 'tap';
import { concerns, matchingNames } from '../../src/governance/guard/matching-names.js';
import { parseShell } from '../../src/governance/guard/shell.js';

const NAME = fc
  .string({ unit: fc.constantFrom(...'-a*?[]{}\\ .é!~$"\'x='), minLength: 1, maxLength: 6 })
  .filter((name) => name !== '.' && name !== '..');
const PATTERN = fc
  .array(
    fc.constantFrom('*', '?', '-', 'a', 'x', '.', './', '*/', '--', '\\*', 'é', '\\-', '//', '../'),
    {
      minLength: 1,
      maxLength: 5,
    },
  )
  .map((parts) => parts.join(''));

t.test('no name that a pattern stands for can be taken for an option', async (t) => {
  const root = t.testdir({});
  fc.assert(
    fc.property(fc.array(NAME, { maxLength: 6 }), PATTERN, (names, pattern) => {
      const folder = mkdtempSync(join(root, 'f'));
      for (const name of ['-delete', '--', '-n', ...names]) writeFileSync(join(folder, name), '');
      mkdirSync(join(folder, '-folder'));
      writeFileSync(join(folder, '-folder', '-exec'), '');
      for (const name of matchingNames(folder, pattern)) t.match(name, /^(?:\/|\.\.?\/)/, pattern);
      const shell = {
        cwd: '',
        folder: () => undefined,
        matches: (_: string, text: string) => matchingNames(folder, text),
      };
      const line = `find ${pattern}; for x in ${pattern}; do find $x "$x"; done`;
      const words = parseShell(line, shell).steps.flatMap(({ pipeline = [] }) =>
        pipeline.flatMap(({ words: [, ...rest] }) => rest),
      );
      const written = new Set(pattern.replaceAll('\\', '').split(' '));
      for (const word of words)
        t.ok(!word.startsWith('-') || written.has(word), `${JSON.stringify(word)} of ${pattern}`);
    }),
    { numRuns: 300, seed: 20261129 },
  );
});

t.test('a pattern stands for the names that bash gives for it', async (t) => {
  const folder = t.testdir({
    '-delete': '',
    'a.txt': '',
    'é.txt': '',
    'x y': '',
    '.hidden': '',
    '*': '',
    '"': '',
    'a\\b': '',
    sub: { 'c.txt': '', '.d': '', deep: { e: '' } },
    '-sub': { f: '' },
    away: t.fixture('symlink', '/usr'),
  });
  const patterns = fc.sample(PATTERN, { numRuns: 600, seed: 20261129 });
  const script = `shopt -s nullglob; for p in "$@"; do IFS=; names=($p); printf '%s\\0' "\${#names[@]}" "\${names[@]}"; done`;
  const asked = [...new Set(patterns)].filter((text) => /[*?]/.test(text.replace(/\\./g, '')));
  const printed = execFileSync('bash', ['-c', script, '_', ...asked], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8' },
  }).split('\0');
  const bare = (name: string): string => name.replace(/^(?:\.\/)+/, '');
  for (const pattern of asked) {
    const climbs = /(?<!\.\.?|^)\/+(?:.*\/)?\.\.(?:\/|$)/.test(pattern);
    const names = printed.splice(0, 1 + Number(printed[0])).slice(1);
    if (climbs) t.same(matchingNames(folder, pattern), [], `${pattern} climbs after a name`);
    else t.same(matchingNames(folder, pattern).map(bare).sort(), names.map(bare).sort(), pattern);
  }
});

t.test('a pattern with many stars takes no time', async (t) => {
  const folder = t.testdir({ ['a'.repeat(200)]: '' });
  t.same(matchingNames(folder, `${'*a'.repeat(60)}b`), []);
});

t.test(
  'a pattern is refused when a command before it may have changed what it stands for',
  async (t) => {
    for (const [pattern, path, expected] of [
      ['outputs/*.md', 'outputs/a.md', true],
      ['outputs/*.md', 'outputs/a.txt', false],
      ['outputs/*.md', 'outputs', true],
      ['outputs/*', 'outputs/sub/new', true],
      ['outputs/*', 'other/new', false],
      ['*/a.md', 'outputs/a.md', true],
      ['*/a.md', 'outputs/b.md', false],
    ] as const)
      t.equal(concerns(pattern, path), expected, `${pattern} ${path}`);
  },
);
