import fc from 'fast-check';
import t from 'tap';
import { readRecords } from '../../src/markdown/read-records.js';
import { parseLocator } from '../../src/markdown/locator.js';
import { scan } from '../../src/markdown/scan.js';
import type { ReadResult, RecordSpec, Shape } from '../../src/markdown/types.js';
import { nastyMarkdown } from './arbitrary-markdown.js';

function spec(
  shape: Shape,
  locator: string,
  key: readonly string[] = [],
  glob = 'X.md',
): RecordSpec {
  const parsed = parseLocator(locator, shape);
  if (!parsed) throw new Error(`bad locator in a test: ${locator}`);
  return { object: 'THING', shape, locator: parsed, key, glob };
}

function read(text: string, of: RecordSpec): ReadResult {
  return readRecords(scan(text), 'X.md', of);
}

function plain(result: ReadResult): unknown {
  return result.records.map((record) => [
    record.key,
    Object.fromEntries([...record.fields].map(([name, cell]) => [name, cell.value])),
  ]);
}

const PROJECTS = spec('table', '## Projects', ['slug']);

t.test('rows of the table under the heading are records', async (t) => {
  const text =
    '# A\n\n| Slug |\n|---|\n| not here |\n\n## Projects\n\nProse.\n\n### Deeper\n\n| Slug | Last worker pass | `Note` |\n| :-- | --- | ---: |\n| a | - | x \\| y |\n| b | 2026-11-20 | — |\n\n| Slug |\n|---|\n| second table |\n';
  const result = read(text, PROJECTS);
  t.strictSame(plain(result), [
    ['a', { slug: 'a', last_worker_pass: '', note: 'x | y' }],
    ['b', { slug: 'b', last_worker_pass: '2026-11-20', note: '' }],
  ]);
  t.strictSame(result.diagnostics, []);
  t.match(result.records[0], {
    file: 'X.md',
    range: { line: 15, column: 1, endLine: 15, endColumn: 19 },
  });
  t.match(result.records[0]?.fields.get('note'), {
    raw: 'x \\| y',
    range: { line: 15, column: 11, endColumn: 17 },
  });
});

t.test('keys of several columns join with a slash, and a table may have none', async (t) => {
  const text = '## Projects\n\n| Slug | Date |\n|---|---|\n| a | 1 |\n';
  t.equal(read(text, spec('table', '## Projects', ['slug', 'date'])).records[0]?.key, 'a/1');
  t.equal(read(text, spec('log', '## Projects')).records[0]?.key, '');
});

t.test('rows with missing or extra cells are records and are reported', async (t) => {
  const { records, diagnostics } = read(
    '## Projects\n\n| Slug | A | B |\n|---|---|---|\n| x | 1 |\n| y | 1 | 2 | 3 |\n| z | 1 | 2 |\nloose\n',
    PROJECTS,
  );
  t.strictSame(
    records.map(({ key }) => key),
    ['x', 'y', 'z', 'loose'],
  );
  t.match(diagnostics, [
    {
      rule: 'record-shape',
      message: 'row has 2 of 3 cells; missing: b',
      range: { line: 5, column: 1, endColumn: 10 },
      actual: '2 cells',
    },
    {
      rule: 'record-shape',
      message: 'row has 4 cells; the table has 3 columns',
      range: { line: 6, column: 15, endColumn: 16 },
    },
    { rule: 'record-shape', message: /1 of 3/, range: { line: 8 } },
  ]);
});

t.test('a table that is not there is told with its heading and columns', async (t) => {
  t.match(read('# Other\n', PROJECTS), {
    records: [],
    diagnostics: [
      {
        rule: 'record-shape',
        message: 'heading "## Projects" of THING not found',
        expected: 'a table with the columns slug under "## Projects"',
        range: { line: 1, column: 1 },
      },
    ],
  });
  t.match(
    read('# A\n\n## Projects\n\n| Slug |\n\n## Next\n\n| Slug |\n|---|\n', PROJECTS).diagnostics,
    [
      {
        message: 'no table under "## Projects" for THING',
        range: { line: 3, column: 1, endColumn: 12 },
      },
    ],
  );
  t.match(
    read('# Projects\n\n| Slug |\n|---|\n', PROJECTS).diagnostics,
    [{ message: /not found/ }],
    'the depth counts',
  );
});

t.test('a heading that stands twice makes the locator ambiguous', async (t) => {
  const { records, diagnostics } = read(
    '## Projects\n\n| Slug |\n|---|\n| a |\n\n## Projects\n',
    PROJECTS,
  );
  t.strictSame(records, []);
  t.match(diagnostics, [
    { rule: 'locator-ambiguous', range: { line: 7 }, related: [{ range: { line: 1 } }] },
  ]);
  t.match(read('## In\n\n## In\n', spec('section', '### N-* in ## In')).diagnostics, [
    { rule: 'locator-ambiguous', range: { line: 3 } },
  ]);
});

t.test('columns without a name, twice, or without the key are reported', async (t) => {
  t.match(read('## Projects\n\n| Slug | | Slug |\n|---|---|---|\n', PROJECTS).diagnostics, [
    { message: /column 2 has no heading/, range: { line: 3, column: 10 } },
    { message: /two columns "slug"/, range: { line: 3, column: 12 } },
  ]);
  t.match(read('## Projects\n\n| Name |\n|---|\n', PROJECTS).diagnostics, [
    { message: /no key column slug/, expected: 'slug', actual: 'name' },
  ]);
});

t.test('sections have items, named fences and a body', async (t) => {
  const text = [
    '# Modes',
    '',
    '## FM-001 Lost edits',
    '',
    '- **Symptom:** one',
    '  and two',
    '- **Action needed**: do | it<br>now',
    '- **Empty:**',
    '- **Dash:** -',
    '* plain item',
    '',
    '```yaml stop_condition',
    '- file_exists: x.md',
    '```',
    '',
    '```sql',
    'select 1',
    '```',
    '',
    'The body',
    '- goes on.',
    '',
    '### Deeper',
    '',
    '- **Not:** an item',
    '',
    '## Other',
    '',
    '## FM-002',
    '',
    'Only text.',
    '',
  ].join('\n');
  const result = read(text, spec('section', '## FM-*'));
  t.strictSame(plain(result), [
    [
      'FM-001',
      {
        id: 'FM-001',
        title: 'Lost edits',
        symptom: 'one\nand two',
        action_needed: 'do | it\nnow',
        empty: '',
        dash: '',
        stop_condition: '- file_exists: x.md',
        body: '```sql\nselect 1\n```\n\nThe body\n- goes on.\n\n### Deeper\n\n- **Not:** an item',
      },
    ],
    ['FM-002', { id: 'FM-002', title: '', body: 'Only text.' }],
  ]);
  const [first, second] = result.records;
  t.same(first?.fields.get('stop_condition')?.data, [{ file_exists: 'x.md' }]);
  t.match(first?.fields.get('symptom')?.range, { line: 5, column: 16, endLine: 6, endColumn: 10 });
  t.match(first?.fields.get('title')?.range, { line: 3, column: 11, endColumn: 21 });
  t.match(first?.range, { line: 3, column: 1, endLine: 25, endColumn: 19 });
  t.match(second?.range, { line: 29, endLine: 31, endColumn: 11 });
  t.strictSame(result.diagnostics, []);
});

t.test('text before the items is the body of a section that has none after them', async (t) => {
  const text = '## FM-1\n\nA sentence.\n\n- **A:** x\n';
  t.strictSame(plain(read(text, spec('section', '## FM-*'))), [
    ['FM-1', { id: 'FM-1', title: '', a: 'x', body: 'A sentence.' }],
  ]);
});

t.test('sections are looked for only under the heading that the locator names', async (t) => {
  const text = '### N-0\n\n## Inbox\n\n### N-1 a\n\n#### N-x\n\n### M-1\n\n## Done\n\n### N-2\n';
  t.strictSame(
    read(text, spec('section', '### N-* in ## Inbox')).records.map(({ key }) => key),
    ['N-1'],
  );
  t.strictSame(
    read(text, spec('section', '### N-*')).records.map(({ key }) => key),
    ['N-0', 'N-1', 'N-2'],
  );
  t.match(read('# x\n', spec('section', '### N-* in ## Inbox')).diagnostics, [
    { message: 'heading "## Inbox" of THING not found' },
  ]);
});

t.test('a section without key, an item twice and bad YAML in a fence are reported', async (t) => {
  const { diagnostics } = read(
    '## \n\n## FM-1\n\n- **A:** 1\n- **A:** 2\n\n```yaml x\na: [1\n```\n',
    spec('section', '## FM-*'),
  );
  t.match(diagnostics, [
    { message: 'section of THING has no key', range: { line: 1 } },
    { message: 'section FM-1 has two fields "a"; expected one', range: { line: 6, column: 10 } },
    { message: /"x" is not valid YAML: a bracket opens here/, range: { line: 9, column: 4 } },
  ]);
});

t.test('items in comments and fences are not items', async (t) => {
  const text = '## FM-1\n\n- **A:** 1\n\n<!--\n- **B:** 2\n-->\n\n```\n- **C:** 3\n```\n';
  t.strictSame(
    [...(read(text, spec('section', '## FM-*')).records[0]?.fields.keys() ?? [])],
    ['id', 'title', 'a', 'body'],
  );
});

t.test('a document is one record with its key from the path', async (t) => {
  const of = spec('document', 'front matter', [], 'PROJECTS/*/LONGRUNNER.md');
  const doc = scan('---\nphase:\n  name: a\n---\n# T\n');
  const { records, diagnostics } = readRecords(doc, 'PROJECTS/inv/LONGRUNNER.md', of);
  t.match(records, [{ key: 'inv', object: 'THING', range: { line: 1, endLine: 4, endColumn: 4 } }]);
  t.equal(records[0]?.fields.get('phase.name')?.value, 'a');
  t.strictSame(diagnostics, []);
  t.match(read('---\na: [\n---\n', of), {
    records: [{ fields: new Map() }],
    diagnostics: [{ rule: 'record-shape' }],
  });
});

t.test('any text gives records whose cells are the text at their places', async (t) => {
  const specs = [
    PROJECTS,
    spec('table', '# One', ['a']),
    spec('section', '## *'),
    spec('section', '# *'),
    spec('section', '### * in # One'),
    spec('document', 'front matter'),
  ];
  const starts = fc.constantFrom(
    '',
    '# One\n\n',
    '## Projects\n\n| Slug | A |\n|---|---|\n',
    '# One\n\n| a | b |\n|---|---|\n',
    '## x\n\n- **A:** b\n',
  );
  const texts = fc.oneof(
    fc.tuple(starts, nastyMarkdown).map(([start, text]) => start + text),
    fc.string({ unit: 'binary', maxLength: 200 }),
  );
  fc.assert(
    fc.property(texts, fc.constantFrom(...specs), (text, of) => {
      for (const record of read(text, of).records) {
        for (const cell of record.fields.values()) {
          const lines = text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/);
          const first = lines[cell.range.line - 1] ?? '';
          const inLine =
            cell.range.line !== cell.range.endLine ||
            first.slice(cell.range.column - 1, cell.range.endColumn - 1) === cell.raw;
          if (text.slice(cell.start, cell.end) !== cell.raw || !inLine || cell.start < record.start)
            t.fail(JSON.stringify([text, record]));
        }
      }
    }),
    { numRuns: Number(process.env['RUNS'] ?? 1500), seed: Number(process.env['SEED'] ?? 7) },
  );
  t.pass('places hold');
});

t.test('half a table, zero bytes and binary junk are no records and no crash', async (t) => {
  const junk = Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7919) % 256)).toString(
    'latin1',
  );
  for (const text of [
    '',
    '## Projects\n\n| Slug |',
    '## Projects\n\n| Slug |\n|',
    '\0\0\0',
    junk,
    `## Projects\n\n${junk}`,
  ]) {
    t.strictSame(read(text, PROJECTS).records, []);
    t.ok(read(text, PROJECTS).diagnostics.length > 0);
  }
});

t.test('thousands of sections are read in linear time', async (t) => {
  const section = (i: number): string =>
    `## FM-${i} Title\n\n- **A:** x\n\n\`\`\`yaml data\n- ${i}\n\`\`\`\n\n<!-- c -->\n\n### Deeper\n\nText.\n\n`;
  t.equal(
    read(Array.from({ length: 20_000 }, (_, i) => section(i)).join(''), spec('section', '## FM-*'))
      .records.length,
    20_000,
  );
});
