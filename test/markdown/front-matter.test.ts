import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import { parseDocument } from 'yaml';
import { dataText, readFrontMatter, readWithPackage } from '../../src/markdown/front-matter.js';
import { readPlainData, readPlainYaml } from '../../src/markdown/plain-yaml.js';
import { scan } from '../../src/markdown/scan.js';
import { nastyYaml, tidyYaml } from './arbitrary-yaml.js';

const runs = {
  numRuns: Number(process.env['RUNS'] ?? 2000),
  seed: Number(process.env['SEED'] ?? 7),
};

function read(yaml: string): ReturnType<typeof readFrontMatter> {
  return readFrontMatter(scan(`---\n${yaml}---\n`), 'x.md');
}

function values(yaml: string): Record<string, string> {
  return Object.fromEntries([...read(yaml).fields].map(([name, cell]) => [name, cell.value]));
}

t.test(
  'the fast reader and the yaml package give the same fields wherever the fast reader takes the text',
  async (t) => {
    let taken = 0;
    for (const yaml of [nastyYaml, tidyYaml]) {
      fc.assert(
        fc.property(yaml, (source) => {
          const doc = scan(`---\n${source}---\n`);
          if (
            readPlainYaml(source, dataText) === undefined ||
            doc.frontMatter?.contentEnd !== source.length + 4
          )
            return;
          taken++;
          const fast = readFrontMatter(doc, 'x.md');
          const full = readWithPackage(doc, 'x.md', source);
          const same = isDeepStrictEqual(
            [[...fast.fields], []],
            [[...full.fields], full.diagnostics],
          );
          if (!same) t.strictSame([...fast.fields], [...full.fields], JSON.stringify(source));
        }),
        runs,
      );
    }
    t.ok(taken > runs.numRuns / 2, `${taken} of ${2 * runs.numRuns} texts were compared`);
  },
);

t.test('the structure of a plain block is what the yaml package makes of it', async (t) => {
  let taken = 0;
  const blocks = fc.oneof(
    nastyYaml,
    tidyYaml,
    fc
      .array(
        fc.constantFrom(
          'a',
          'two words',
          '"x: y"',
          '12',
          'null',
          '{ in: "o/*.md", n: 12, each: [a, b] }',
          'file_exists: outputs/*.md',
          '[a, 1]',
          'a: b\n  c: d',
        ),
        { maxLength: 5 },
      )
      .map((items) => items.map((item) => `- ${item}\n`).join('')),
    fc.constantFrom(
      '[]\n',
      '{}\n',
      '[a, {b: 1}]',
      '{a: [1, 2]} # c\n',
      '[a]\n[b]\n',
      '- a\nb: c\n',
    ),
  );
  fc.assert(
    fc.property(blocks, (source) => {
      const plain = readPlainData(source);
      if (plain === undefined) return;
      taken++;
      const yaml = parseDocument(source, {
        prettyErrors: false,
        version: '1.2',
        schema: 'core',
        logLevel: 'silent',
      });
      if (
        yaml.errors.length + yaml.warnings.length > 0 ||
        !isDeepStrictEqual(plain.data, yaml.toJS())
      )
        t.strictSame(plain.data, yaml.toJS(), JSON.stringify(source));
    }),
    runs,
  );
  t.ok(taken > runs.numRuns / 4, `${taken} of ${runs.numRuns} texts were compared`);
});

t.test('any front matter is read or reported, and raw is the text at start and end', async (t) => {
  fc.assert(
    fc.property(nastyYaml, (source) => {
      const doc = scan(`---\n${source}---\n`);
      const { fields, diagnostics } = readFrontMatter(doc, 'x.md');
      if (diagnostics.length > 0 && fields.size > 0)
        t.fail(`half a record: ${JSON.stringify(source)}`);
      for (const cell of fields.values())
        if (doc.text.slice(cell.start, cell.end) !== cell.raw) t.fail(JSON.stringify(source));
    }),
    runs,
  );
  t.pass('no exception');
});

t.test('nested names are dotted, and scalars keep their text', async (t) => {
  t.strictSame(
    values("a: 1.50\nb:\n  c: 2026-11-20\n  d:\n    e: \"x # y\"\nf: 007\ng: True\nh: 'it''s'\n"),
    {
      a: '1.50',
      'b.c': '2026-11-20',
      'b.d.e': 'x # y',
      f: '007',
      g: 'True',
      h: "it's",
    },
  );
});

t.test('null in all its spellings is the empty string', async (t) => {
  t.strictSame(values('a:\nb: null\nc: ~\nd: ""\ne: # comment\nf: Null\n'), {
    a: '',
    b: '',
    c: '',
    d: '',
    e: '',
    f: '',
  });
  t.strictSame(values(''), {});
  t.strictSame(values('# only a comment\n'), {});
  t.strictSame(values('a: {}\nb: []\n'), { a: '', b: '' });
});

t.test('a list is one field with its structure', async (t) => {
  const { fields } = read(
    'tools: [node, npm]\nstop:\n  - file_exists: out/*.md\n  - entries: { in: "o.md", at_least: 12 }\nflags:\n- 1\n- true\n- 2026-11-20\nempty: []\n',
  );
  t.same(fields.get('tools')?.data, ['node', 'npm']);
  t.equal(fields.get('tools')?.value, 'node, npm');
  t.same(fields.get('stop')?.data, [
    { file_exists: 'out/*.md' },
    { entries: { in: 'o.md', at_least: 12 } },
  ]);
  t.equal(
    fields.get('stop')?.value,
    '[{"file_exists":"out/*.md"},{"entries":{"in":"o.md","at_least":12}}]',
  );
  t.same(fields.get('flags')?.data, [1, true, '2026-11-20']);
  t.same(fields.get('empty')?.data, []);
});

t.test('several lines, block scalars and aliases are read', async (t) => {
  t.strictSame(
    values('a: one\n  two\nb: |\n  x\n  y\nc: >-\n  p\n  q\nd: &k v\ne: *k\nf: "a\\tb"\n'),
    { a: 'one two', b: 'x\ny', c: 'p q', d: 'v', e: 'v', f: 'a\tb' },
  );
});

t.test('fields have exact places', async (t) => {
  const doc = scan('\ufeff---\r\na: "x"\r\nb:\r\n  c: 🌙 y # z\r\n  d:\r\n---\r\n');
  const { fields } = readFrontMatter(doc, 'x.md');
  t.match(fields.get('a'), {
    raw: '"x"',
    value: 'x',
    range: { file: 'x.md', line: 2, column: 4, endLine: 2, endColumn: 7 },
  });
  t.match(fields.get('b.c'), { raw: '🌙 y', range: { line: 4, column: 6, endColumn: 10 } });
  t.match(fields.get('b.d'), { raw: '', range: { line: 5, column: 5, endColumn: 5 } });
});

t.test('what is wrong in front matter is told with its place', async (t) => {
  const table: readonly (readonly [string, RegExp, number, number])[] = [
    ['a: 1\na: 2\n', /"a" occurs twice/, 3, 1],
    ['b:\n  x: 1\n  y: 2\n  x: 3\n', /"b.x" occurs twice/, 5, 3],
    ['a: [1\nb: 2\n', /a bracket opens here and does not close/, 2, 4],
    ['ok: 1\na: b: c\n', /a colon followed by a space/, 3, 4],
    ['a: "x\n', /a double quote opens here and does not close/, 2, 4],
    ['\ta: 1\n', /indented with a tab/, 2, 1],
    ['a: @x\n', /begins with @ has another meaning/, 2, 4],
    ['a: !!js/function x\n', /begins with !!js\/function has another meaning/, 2, 4],
    ['a: 1\nb\n', /this line has no colon/, 3, 1],
    ['a: 1\n   b: 2\n', /indented below a line that already has a value/, 3, 4],
    ['a: "x\n  y"\nb: {c: 1\nd: 2\n', /a brace opens here/, 4, 4],
    ['- a\n', /not a map/, 2, 1],
    ['just text\n', /not a map/, 2, 1],
    ['a: *nope\n', /begins with \* has another meaning/, 2, 4],
    ['? [a]\n: b\n', /name in front matter is a list/, 2, 3],
  ];
  for (const [yaml, message, line, column] of table) {
    const { fields, diagnostics } = read(yaml);
    t.match(
      diagnostics[0],
      { rule: 'record-shape', severity: 'error', message, range: { line, column } },
      JSON.stringify(yaml),
    );
    t.equal(fields.size, 0, 'and there is no half of a record');
  }
});

t.test('an alias bomb is refused', async (t) => {
  const bomb = `a: &a [x, x, x, x, x, x, x, x, x]\n${'bcdefghi'
    .split('')
    .map(
      (c, i) =>
        `${c}: &${c} [${Array(9)
          .fill(`*${'abcdefgh'[i] ?? ''}`)
          .join(', ')}]\n`,
    )
    .join('')}`;
  t.match(read(bomb).diagnostics, [{ rule: 'record-shape', message: /alias/i }]);
  t.match(read(`a: ${'['.repeat(100_000)}\n`).diagnostics[0], { rule: 'record-shape' });
  t.match(read(`a: ${'x'.repeat(1_000_001)}\n`).diagnostics[0], {
    rule: 'record-shape',
    message: /1000005 characters long/,
  });
});

t.test('front matter that is missing, not closed or in a language is told apart', async (t) => {
  const first = (text: string): unknown => readFrontMatter(scan(text), 'x.md').diagnostics[0];
  t.match(first('# T\n'), { message: /no front matter/, range: { line: 1, column: 1 } });
  t.match(first(''), { message: /no front matter/ });
  t.match(first('---\na: b\n# T\n'), {
    message: /begins here and never ends/,
    range: { line: 1, endColumn: 4 },
  });
  t.match(first('---js\nprocess.exit(1)\n---\n'), { message: /language "js"/, actual: '---js' });
  t.match(first('\ufeff---json\n{}\n---\n'), {
    message: /language "json"/,
    range: { line: 1, column: 1 },
  });
});
