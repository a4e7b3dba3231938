import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { posix } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { judgeScript } from '../../src/governance/guard/command.js';
import type {
  CommandJudgement,
  CommandWorld,
} from '../../src/governance/guard/command-findings.js';
import { awkProblem } from '../../src/governance/guard/awk-program.js';
import { sedProblem } from '../../src/governance/guard/sed-program.js';
import { plainWords } from '../../src/governance/guard/plain-words.js';
import { printCommand } from '../../src/governance/guard/print-command.js';
import { parseShell, type ShellWorld } from '../../src/governance/guard/shell.js';

const NO_FILES: ShellWorld = { cwd: '', folder: () => undefined, matches: () => [] };

function judge(text: string, world: CommandWorld, shell: ShellWorld = NO_FILES): CommandJudgement {
  return judgeScript(parseShell(text, shell), world);
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
    const words = plainWords(`printf ${text}`);
    return words === undefined ? [] : [{ text, words: words.slice(1) }];
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
    reading: () => [],
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
    const { effects, reasons } = judge(text, world);
    return effects.length + reasons.length === 0;
  });
  t.ok(
    harmless.length > 30,
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
      reading: () => [],
    };
    const shell: ShellWorld = {
      cwd: '',
      folder(from, target) {
        const path = posix.join(from, target).replace(/^\.$|\/$/, '');
        return folders.has(path) ? path : undefined;
      },
      matches: () => [],
    };
    const piece = fc.constantFrom(
      'cd ok',
      'cd ok',
      'cd ok',
      'cd ok &&',
      'cd ok;',
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
      { numRuns: 8000, seed: 20261121 },
    );
    const judged = samples.filter((text) => {
      const { effects, reasons } = judge(text, world, shell);
      return (
        reasons.length === 0 &&
        effects.length > 0 &&
        effects.every(({ from, path }) => posix.join(from, path).startsWith('ok/'))
      );
    });
    t.ok(
      judged.length > 50,
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

t.test(
  'what is not accepted is refused with what to write instead, which is accepted',
  async (t) => {
    const shell: ShellWorld = {
      cwd: '',
      folder: (_, target) => (target === 'outputs' ? target : undefined),
      matches: (_, pattern) => (pattern === '*.md' ? ['./a.md', './-n.md'] : []),
    };
    const table: readonly (readonly [refused: string, advice: RegExp, instead: string])[] = [
      ['n=$(wc -l < a.md); echo $n', /run the inner command first/, 'wc -l < a.md'],
      ['echo `date`', /run the inner command first/, 'date'],
      ['diff <(sort a) <(sort b)', /write to a file first/, 'sort a > x; sort b > y; diff x y'],
      ['echo $((1 + 2))', /write the number out/, 'echo 3'],
      ['echo $HOME/x', /write the value out/, 'echo /home/me/x'],
      ['echo ${f%.md}', /write the value out/, 'echo a'],
      ['n=1', /a variable is not kept/, 'echo 1'],
      ['touch a.{md,txt}', /write each word out/, 'touch a.md a.txt'],
      ['ls ~/x', /begins with a tilde/, "ls '~/x'"],
      ['ls [ab].md', /has brackets/, 'ls a.md b.md'],
      ['ls *.none', /\*\.none matches no file/, 'ls *.md'],
      ['ls !(a)', /use \* or \?/, 'ls *.md'],
      ['ls > *.md', /has a wildcard where one name is needed/, 'ls > a.md'],
      ['(cd outputs; ls)', /write the commands one after another/, 'cd outputs; ls'],
      ['{ ls; date; } > x', /redirect each program/, 'ls > x; date >> x'],
      ['if [ -f a ]; then ls; fi', /use && and \|\|/, '[ -f a ] && ls'],
      ['while true; do ls; done', /use for with the values/, 'for i in 1 2; do ls; done'],
      ['for ((i=0;i<2;i++)); do ls; done', /use for with the values/, 'for i in 0 1; do ls; done'],
      ['case x in x) ls;; esac', /run the command that fits/, 'ls'],
      ['f() { ls; }; f', /write the commands one after another/, 'ls'],
      ['[[ -f a ]] && ls', /use \[ … \]/, '[ -f a ] && ls'],
      ['! grep x a', /run the command by itself/, 'grep -L x a'],
      ['ls & wait', /a pass waits for what it starts/, 'ls'],
      ['ls |& head', /write 2>&1 \|/, 'ls 2>&1 | head'],
      ['ls 3> x', /a descriptor other than/, 'ls > x'],
      ['cat <> x', /<> is not accepted/, 'cat < x'],
      ['cat < a < b', /redirected twice/, 'cat a b'],
      ['cat <<E\n$x\nE', /quote its delimiter/, "cat <<'E'\n$x\nE"],
      ["cat <<'E'\nx", /E is missing/, "cat <<'E'\nx\nE"],
      ['cd outputs || exit 1\nls', /a cd that fails ends the command/, 'cd outputs && ls'],
      ['mkdir x && cd x', /sure to run/, 'mkdir x'],
      ['cd x && ls', /not a folder of the workspace that exists/, 'cd outputs && ls'],
      ['ls | cd outputs', /put it first/, 'cd outputs && ls'],
      ['for i in 1 2; do cd outputs; done', /sure to run/, 'cd outputs; ls'],
      ['echo a\fb', /control character U\+000C/, 'echo "a b"'],
      ['ls (x', /is not expected there/, "ls '(x'"],
      ['ls =x', /put it in/, "ls '=x'"],
      ['echo {', /put the word in/, "echo '{'"],
    ];
    for (const [refused, advice, instead] of table) {
      const { steps, problems } = parseShell(refused, shell);
      const said = `${problems.join('; ')} ${JSON.stringify(steps)}`;
      t.match(problems[0] ?? 'nothing', advice, said);
      t.same(parseShell(instead, shell).problems, [], instead);
    }
  },
);

t.test(
  'a loop is its body once for each value, and wildcards are names before anything runs',
  async (t) => {
    const shell: ShellWorld = {
      cwd: 'p',
      folder: (from, target) => `${from}/${target}`,
      matches: (from, pattern) => [`./${from}:${pattern.replace('*', 'x')}`, './-n'],
    };
    const wordsOf = (text: string): readonly string[] =>
      parseShell(text, shell).steps.map(({ folder, enter, pipeline }) =>
        [folder, enter ?? (pipeline ?? []).map(({ words }) => words.join(' ')).join(' | ')].join(
          '> ',
        ),
      );
    t.same(wordsOf('for f in *.md x; do wc "$f"; echo $f | cat; done; ls'), [
      'p> wc ./p:x.md',
      'p> echo ./p:x.md | cat',
      'p> wc ./-n',
      'p> echo ./-n | cat',
      'p> wc x',
      'p> echo x | cat',
      'p> ls',
    ]);
    t.same(wordsOf('cd q && ls *; for a in 1 2; do for b in 3; do echo "${a}$b"; done; done'), [
      'p> ./q',
      'p/q> ls ./p/q:x ./-n',
      'p/q> echo 13',
      'p/q> echo 23',
    ]);
    t.match(parseShell('for x in "a b"; do rm $x; done', shell).problems, [
      /has blanks or wildcards/,
    ]);
    t.match(parseShell(`for x in ${'1 '.repeat(600)}; do ls; done`, shell).problems, [
      /more than 500/,
    ]);
  },
);

t.test('a command that is printed for a host is read back as the same steps', async (t) => {
  const shell: ShellWorld = {
    cwd: '',
    folder: (from, target) => posix.join(from, target),
    matches: () => ['./x y', './-z'],
  };
  const piece = fc.constantFrom(
    'cd a &&',
    'cd b;',
    "'it'\\''s'",
    'ls',
    '*',
    '|',
    '&&',
    '||',
    ';',
    '> f',
    '2>> g',
    '2>&1',
    '< h',
    "<<< 'END_OF_TEXT'",
    'for i in 1 2; do echo $i; done;',
    'LANG=C',
    '\n',
    '"a $ b"',
  );
  let read = 0;
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 8 }), (pieces) => {
      const { steps, problems } = parseShell(pieces.join(' '), shell);
      if (problems.length > 0) return;
      read++;
      const again = parseShell(printCommand(steps), shell);
      const written = steps.map(({ expanded: _, ...step }) => step);
      t.same(again, { steps: written, problems: [] }, printCommand(steps));
    }),
    { numRuns: 2000, seed: 20261128 },
  );
  t.ok(read > 100, `${read} samples were commands`);
});

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
        parseShell(text, NO_FILES);
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
    t.ok(Array.isArray(parseShell(text, NO_FILES).problems), text.slice(0, 4));
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
