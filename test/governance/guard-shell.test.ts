import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { posix } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { judgeCommand } from '../../src/governance/guard/command.js';
import type { CommandWorld } from '../../src/governance/guard/command-findings.js';
import type { Script, SimpleCommand } from '../../src/governance/guard/shell-types.js';
import { parseShell, plainWords, problemsOf } from '../../src/governance/guard/shell.js';
import { awkProblem, sedProblem } from '../../src/governance/guard/script-programs.js';

/** The one simple command of a text, or `undefined` when it is something else. */
function only(script: Script): SimpleCommand | undefined {
  const command =
    script.steps.length === 1 && script.steps[0]?.pipeline.length === 1
      ? script.steps[0].pipeline[0]
      : undefined;
  return command?.kind === 'simple' && problemsOf(script).length === 0 ? command : undefined;
}

t.test('words read as certain are the words that bash gives to a program', async (t) => {
  const piece = fc.constantFrom(
    'a',
    'B7',
    '-n',
    ' ',
    '  ',
    "'x y'",
    "''",
    '"x y"',
    '""',
    '"a\\"b"',
    '"a\\\\b"',
    '"\\a"',
    "'\\'",
    '\\ ',
    '\\;',
    '\\$',
    '\\\\',
    '\\\n',
    'c#d',
    '=',
    ',',
    ':',
    '%',
    '@',
    '{}',
    '/',
    '.',
    '+',
    "$'t\\tt'",
    "$'\\x41'",
    "'$x'",
    '"\\$x"',
    '\\"',
    "\\'",
    '\t',
    ']',
    '^',
    'é',
  );
  const samples = fc.sample(
    fc.array(piece, { minLength: 1, maxLength: 9 }).map((pieces) => pieces.join('')),
    { numRuns: 600, seed: 20261121 },
  );
  const read = samples.flatMap((text) => {
    const command = only(parseShell(`printf ${text}`));
    const certain =
      command !== undefined &&
      command.redirects.length + command.assignments.length === 0 &&
      command.words.every((word) => word.certainty === 'sure');
    return certain ? [{ text, words: command.words.slice(1).map((word) => word.text) }] : [];
  });
  t.ok(read.length > 400, `${read.length} of ${samples.length} samples could be read`);
  const script = 'for s in "$@"; do eval "set -- $s"; printf "%s\\0" "$#" "$@"; done';
  const output = execFileSync('bash', ['-c', script, '_', ...read.map(({ text }) => text)], {
    encoding: 'utf8',
  }).split('\0');
  for (const { text, words } of read) {
    const count = Number(output.shift());
    t.same(words, output.splice(0, count), JSON.stringify(text));
  }
});

t.test('a command that is allowed to do nothing does nothing, in bash and in sh', async (t) => {
  const folder = t.testdir({});
  const world: CommandWorld = {
    rules: [{ tool: 'readers', programs: ['cat', 'ls'], allow: ['*'], deny: [] }],
    tools: undefined,
    cwd: '',
    folder: () => undefined,
  };
  const piece = fc.constantFrom(
    "'",
    '"',
    '\\',
    '#',
    ' #',
    '`',
    '$(',
    ')',
    '<<E',
    "<<'E'",
    '\nE\n',
    '\n',
    ' ',
    '\\\n',
    "$'",
    '$"',
    '[[ ',
    ' ]]',
    ';',
    'echo ',
    'cat ',
    'x',
    '$',
    '{ ',
    '}',
    '(',
    '<<<',
    '${',
    '|',
    '&& ',
    'eval ',
    '"$(',
    'sh -c ',
    '$((',
    '))',
    'then ',
    'if ',
    '! ',
  );
  const act = fc.constantFrom(
    '> MARK',
    '\n>MARK\n',
    '`>MARK`',
    '$(>MARK)',
    '; >MARK',
    '| tee MARK',
    ' >&MARK',
  );
  const samples = fc.sample(
    fc
      .tuple(fc.array(piece, { maxLength: 7 }), act, fc.array(piece, { maxLength: 7 }))
      .map(([before, mark, after]) => `echo ${before.join('')}${mark}${after.join('')}`),
    { numRuns: 1200, seed: 20261121 },
  );
  const harmless = samples.filter((text) => {
    const { effects, reasons } = judgeCommand(text, world);
    return effects.length + reasons.length === 0;
  });
  t.ok(
    harmless.length > 60,
    `${harmless.length} of ${samples.length} samples are judged harmless although they spell out a write`,
  );
  for (const shell of ['bash', 'sh']) {
    const script = `for s in "$@"; do ${shell} -c "$s" </dev/null >/dev/null 2>&1; if [ -e MARK ]; then rm -f MARK; printf '%s\\0' "$s"; fi; done`;
    const acted = execFileSync('bash', ['-c', script, '_', ...harmless], {
      cwd: folder,
      encoding: 'utf8',
    });
    t.equal(acted, '', `none of them writes in ${shell}`);
    t.same(readdirSync(folder), []);
    rmSync(`${folder}/MARK`, { force: true });
  }
});

t.test(
  'wherever cd leads, a command writes only where it was judged to write, in bash and in sh',
  async (t) => {
    const folder = t.testdir({});
    const folders = new Set(['', 'ok', 'ok/sub']);
    const world: CommandWorld = {
      rules: [{ tool: 'all', programs: ['cat', 'mkdir', 'touch', 'rm'], allow: ['*'], deny: [] }],
      tools: undefined,
      cwd: '',
      folder: (from, given) => {
        const path = posix.join(from, given).replace(/^\.$|\/$/, '');
        return path.startsWith('..') ? undefined : { path, exists: folders.has(path) };
      },
    };
    const piece = fc.constantFrom(
      'cd ok',
      'cd ok',
      'cd ..',
      'cd ok/sub',
      'cd none',
      'cd -',
      'cd',
      '&&',
      '&&',
      '||',
      '||',
      ';',
      ';',
      '\n',
      '|',
      '&',
      '( ',
      ' )',
      '{ ',
      '; }',
      'echo x > f',
      'echo x > ok/f',
      'echo x > ../f',
      'mkdir ok/new',
      'cd ok/new',
      'for i in 1 2; do ',
      '; done',
      'exit',
      'false',
      'true',
      '! ',
      'time ',
      'eval ',
      '"',
      'if ',
      '; then ',
      '; fi',
      'builtin ',
      'touch g',
      'echo $(',
      'sh -c "',
    );
    const samples = fc.sample(
      fc.array(piece, { minLength: 2, maxLength: 9 }).map((pieces) => pieces.join(' ')),
      { numRuns: 2000, seed: 20261121 },
    );
    const judged = samples.filter((text) => {
      const { effects, reasons } = judgeCommand(text, world);
      return (
        reasons.length === 0 &&
        effects.length > 0 &&
        effects.every(({ from, path }) => posix.join(from, path).startsWith('ok/'))
      );
    });
    t.ok(
      judged.length > 60,
      `${judged.length} of ${samples.length} samples are judged to write below ok/ only`,
    );
    for (const shell of ['bash', 'sh']) {
      const script = `for s in "$@"; do mkdir -p t/w/ok/sub; (cd t/w; ${shell} -c "$s" </dev/null >/dev/null 2>&1); if [ -n "$(find t -type f -not -path 't/w/ok/*')" ]; then printf '%s\\0' "$s"; fi; rm -rf t; done`;
      t.equal(
        execFileSync('bash', ['-c', script, '_', ...judged], { cwd: folder, encoding: 'utf8' }),
        '',
        `none of them writes elsewhere in ${shell}`,
      );
    }
  },
);

t.test('a plain command has words, anything more has none', async (t) => {
  t.same(plainWords(`grep -n 'a > b' "c d".md e\\ f`), ['grep', '-n', 'a > b', 'c d.md', 'e f']);
  for (const text of [
    '',
    'a; b',
    'a | b',
    'a &',
    'a > b',
    'a $b',
    'a *',
    'a $(b)',
    'A=1 a',
    'a <<< b',
    '! a',
    '(a)',
    "a 'b",
    'a # b\nc',
  ])
    t.equal(plainWords(text), undefined, text);
  t.same(plainWords('a # a comment'), ['a']);
});

t.test('reading any text ends and never throws', async (t) => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...'ab\'"\\$`(){}[]<>|&;#\n \t!*?~=-E0') }),
      (text) => {
        problemsOf(parseShell(text));
      },
    ),
    { numRuns: 2000 },
  );
  for (const text of [
    '('.repeat(20_000),
    '$('.repeat(20_000),
    '`'.repeat(20_000),
    '"'.repeat(20_000),
    '<<E '.repeat(10_000),
    '{ '.repeat(20_000),
    'a;'.repeat(30_000),
  ])
    t.ok(Array.isArray(problemsOf(parseShell(text))), text.slice(0, 4));
});

t.test('sed and awk programs: what only prints is let through, what else is named', async (t) => {
  const sed: readonly (readonly [string, boolean])[] = [
    ['p', true],
    ['1,5p', true],
    ['/a\\/b/d', true],
    ['$!N;s/\\n/ /', true],
    ['s/a/b/gI', true],
    ['s|a|b|2', true],
    ['y/abc/xyz/', true],
    ['/x/{p;q}', true],
    ['a\\\ntext', true],
    [':a;s/x/y/;ta', true],
    ['\\,x,p', true],
    ['w f', false],
    ['1w f', false],
    ['/x/w f', false],
    ['s/a/b/w f', false],
    ['s/a/b/e', false],
    ['e ls', false],
    ['1e', false],
    ['r /etc/passwd', false],
    ['W f', false],
    ['R f', false],
    ['p;w f', false],
    ['{w f\n}', false],
    ['s/a/b', false],
    ['s/[/]/x/', false],
    ['y/[/]/\nw f\n/;p;#/p', false],
    ['?', false],
  ];
  for (const [script, good] of sed)
    t.equal(sedProblem(script) === undefined, good, JSON.stringify(script));
  const awk: readonly (readonly [string, boolean])[] = [
    ['{ print $1 }', true],
    ['$3 > 5', true],
    ['NR > 1 { n++ } END { print n }', true],
    ['a || b { print }', true],
    ['{ print > "f" }', false],
    ['{ printf "x" >> "f" }', false],
    ['{ print | "sh" }', false],
    ['BEGIN { system("x") }', false],
    ['{ "date" | getline d }', false],
    ['@include "x"', false],
  ];
  for (const [program, good] of awk) t.equal(awkProblem(program) === undefined, good, program);
});
