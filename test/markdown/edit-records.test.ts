import fc from 'fast-check';
import t from 'tap';
import {
  appendRecord,
  newDocument,
  removeRecord,
  setField,
} from '../../src/markdown/edit-records.js';
import { normalValue } from '../../src/markdown/cell.js';
import { NocturneError } from '../../src/kernel/error.js';
import { readRecords } from '../../src/markdown/read-records.js';
import { scan } from '../../src/markdown/scan.js';
import type { Rec, RecordSpec, Value } from '../../src/markdown/types.js';
import { nastyMarkdown } from './arbitrary-markdown.js';
import { nastyYaml, tidyYaml } from './arbitrary-yaml.js';

const TABLE: RecordSpec = {
  object: 'DISPATCH',
  shape: 'table',
  locator: { kind: 'table', depth: 2, heading: 'Projects' },
  key: ['slug'],
  glob: 'A.md',
};
const LOG: RecordSpec = { ...TABLE, object: 'AUDIT', shape: 'log' };
const SECTION: RecordSpec = {
  object: 'NOTE',
  shape: 'section',
  locator: { kind: 'section', depth: 3, match: 'N-*', within: { depth: 2, heading: 'Inbox' } },
  key: [],
  glob: 'N.md',
};
const DOCUMENT: RecordSpec = {
  object: 'PROJECT',
  shape: 'document',
  locator: { kind: 'front-matter' },
  key: [],
  glob: 'PROJECTS/*/L.md',
};
const FILE = 'PROJECTS/x/L.md';
const runs = {
  numRuns: Number(process.env['RUNS'] ?? 500),
  seed: Number(process.env['SEED'] ?? 7),
};

const words = fc.constantFrom(
  'a',
  'b c',
  '|',
  '\\',
  '<br>',
  '\n',
  '-',
  '—',
  '🌙',
  '`',
  '#',
  '> q',
  '- i',
  ': ',
  ' #',
  '"',
  "'",
  '*',
  '{',
  '[',
  '&',
  '---',
  '```',
  '\t',
  'null',
  '12',
  '\r\n',
  '%',
  '@',
  '!',
);
const anyValue = fc.array(words, { maxLength: 5 }).map((list) => list.join(''));
const eols = fc.constantFrom('\n', '\r\n');

/** A file with a table of `rows` rows and nasty text around it. */
const tableFile = fc
  .record({
    before: nastyMarkdown,
    after: nastyMarkdown,
    rows: fc.array(fc.tuple(anyValue, anyValue), { maxLength: 4 }),
    style: fc.constantFrom('| ', '|', ''),
    eol: eols,
    end: fc.boolean(),
  })
  .map(({ before, after, rows, style, eol, end }) => {
    const cell = (value: string): string => value.replace(/[|\\\r\n`<>-]/g, '').trim();
    const line = (...cells: string[]): string =>
      style === '' ? cells.join(' | ') : `${style}${cells.join(style === '|' ? '|' : ' | ')}|`;
    const table = [
      line('Slug', 'Status', 'Note'),
      '|---|:-:|---|',
      ...rows.map(([status, note], i) => line(`s${i}`, cell(status), cell(note))),
    ].join(eol);
    const head = before
      .replace(/^\ufeff/, '')
      .split(/\r?\n/)
      .filter((text) => !/[`~<]/.test(text) && !/^\s*(?:[-+*>]|\d|\[)/.test(text))
      .join(eol);
    const tail = after
      .replace(/^\ufeff/, '')
      .split(/\r?\n/)
      .join(eol);
    return `${head}${eol}${eol}## Projects${eol}${eol}${table}${end ? `${eol}${eol}${tail}` : ''}`;
  });

t.test(
  'a table: setting changes that cell only, own values change nothing, appending adds one row',
  async (t) => {
    fc.assert(
      fc.property(
        tableFile,
        anyValue,
        fc.nat(3),
        fc.constantFrom('slug', 'status', 'note'),
        (text, value, index, field) => {
          const before = records(text, TABLE);
          for (const record of before)
            for (const [name, cell] of record.fields)
              if (
                setField(text, TABLE, {
                  file: 'A.md',
                  key: record.key,
                  field: name,
                  value: cell.value,
                }) !== text
              )
                t.fail('own value');
          const record = before[index % Math.max(1, before.length)];
          if (
            record?.fields.has(field) &&
            before.filter(({ key }) => key === record.key).length === 1
          ) {
            const changed = setField(text, TABLE, { file: 'A.md', key: record.key, field, value });
            const after = records(changed, TABLE);
            if (
              !isOnlyChange(before, after, {
                index: before.indexOf(record),
                field,
                value: normalValue(value),
              })
            )
              t.strictSame(
                [changed, shown(after)],
                [text, shown(before)],
                JSON.stringify([text, record.key, field, value]),
              );
            if (otherBlocks(changed) !== otherBlocks(text)) t.fail(JSON.stringify([text, changed]));
          }
          const grown = records(appendRecord(text, TABLE, { slug: 'new', note: value }), TABLE);
          t.ok(
            isSame(grown.slice(0, -1), before) &&
              grown.length === before.length + 1 &&
              grown.at(-1)?.fields.get('note')?.value === normalValue(value) &&
              grown.at(-1)?.key === 'new' &&
              grown.at(-1)?.fields.get('status')?.value === '',
            JSON.stringify([text, value]),
          );
          if (record && before.filter(({ key }) => key === record.key).length === 1) {
            const left = records(removeRecord(text, TABLE, record.key), TABLE);
            t.ok(
              isSame(
                left,
                before.filter((one) => one !== record),
              ),
              'removing',
            );
          }
        },
      ),
      runs,
    );
  },
);

/** A file with notifications in its inbox and a part below. */
const sectionFile = fc
  .record({
    count: fc.nat(3),
    values: fc.array(anyValue, { minLength: 9, maxLength: 9 }),
    body: fc.constantFrom(
      '',
      'Text.',
      'Two\n\nparagraphs',
      '> q',
      '```\n### N-9\n```',
      '#### Deeper\n\n- **X:** y',
    ),
    tail: fc.constantFrom('', '## Done\n\n### N-77 old\n\n- **A:** z\n', '\n\n# Next\n\ntext'),
    eol: eols,
    gap: fc.constantFrom('', '\n', '\n\n'),
  })
  .map(({ count, values, body, tail, eol, gap }) => {
    const clean = (value: string | undefined): string =>
      (value ?? '').replace(/[\\\r\n<]/g, ' ').trim();
    const sections = Array.from(
      { length: count },
      (_, i) =>
        `### N-${i} ${clean(values[i]).replaceAll('#', '')}\n\n- **Status:** open\n- **Action needed:** ${clean(values[i + 3])}\n* **Answer**:${clean(values[i + 6]) === '' ? '' : ` ${clean(values[i + 6])}`}\n\n${body}\n\n`,
    );
    return `# N\n\n## Inbox\n${gap}${sections.join('')}${tail}`.replaceAll('\n', eol);
  });

t.test(
  'sections: setting changes that part only, own values change nothing, appending adds one',
  async (t) => {
    let refused = 0;
    fc.assert(
      fc.property(
        sectionFile,
        anyValue,
        fc.nat(2),
        fc.constantFrom('title', 'status', 'action_needed', 'answer', 'body', 'new_item'),
        (text, value, index, field) => {
          const before = records(text, SECTION);
          for (const record of before)
            for (const [name, cell] of record.fields)
              if (
                setField(text, SECTION, {
                  file: 'N.md',
                  key: record.key,
                  field: name,
                  value: cell.value,
                }) !== text
              )
                t.fail(`own value of ${name}: ${JSON.stringify(text)}`);
          const record = before[index];
          const wanted =
            field === 'body'
              ? normalValue(value).replace(/^[\t-\r ]+|[\t-\r ]+$/g, '')
              : normalValue(value);
          if (record) {
            try {
              const changed = setField(text, SECTION, {
                file: 'N.md',
                key: record.key,
                field,
                value,
              });
              const after = records(changed, SECTION);
              const others = isOnlyChange(before, after, { index, field, value: wanted });
              if (!others)
                t.strictSame(
                  shown(after),
                  shown(before),
                  JSON.stringify([text, record.key, field, value, changed]),
                );
            } catch (error) {
              if (
                !(error instanceof NocturneError) ||
                error.code !== 'BAD_VALUE' ||
                (field !== 'title' && field !== 'body')
              )
                throw error;
              refused++;
            }
            t.ok(
              isSame(
                records(removeRecord(text, SECTION, record.key), SECTION),
                before.filter((one) => one !== record),
              ),
              'removing',
            );
          }
          const longer = appendRecord(text, SECTION, {
            id: 'N-10',
            action_needed: value,
            status: null,
          });
          const grown = records(longer, SECTION);
          t.ok(
            isSame(grown.slice(0, -1), before) &&
              grown.at(-1)?.key === 'N-10' &&
              grown.at(-1)?.fields.get('action_needed')?.value === normalValue(value),
            JSON.stringify([text, value, longer]),
          );
          if (!text.startsWith('\ufeff'))
            t.equal(longer.includes('\r\n'), text.includes('\r\n'), 'line endings are kept');
        },
      ),
      runs,
    );
    t.ok(refused < runs.numRuns / 2, `${refused} values were refused`);
  },
);

t.test('front matter: setting changes that field only, own values change nothing', async (t) => {
  const names = fc.constantFrom(
    'mission',
    'phase',
    'phase.name',
    'phase.status',
    'transition.x',
    'tools',
    'stop',
    'zeta',
    'new',
    'deep.er.name',
    'a',
    'b',
    'name',
  );
  const values: fc.Arbitrary<Value> = fc.oneof(
    anyValue,
    fc.constantFrom<Value>(
      null,
      12,
      true,
      '',
      ['a', 'b: c', '# d'],
      [],
      [{ file_exists: 'x' }, { n: [1, 2] }],
      ['multi\nline', null, 'true'],
    ),
  );
  let set = 0;
  fc.assert(
    fc.property(fc.oneof(tidyYaml, nastyYaml), names, values, (yaml, field, value) => {
      const text = `---\n${yaml}---\n\n# T\n`;
      const [before] = records(text, DOCUMENT);
      if (!before || readRecords(scan(text), FILE, DOCUMENT).diagnostics.length > 0) return;
      for (const [name, cell] of before.fields) {
        const own = Array.isArray(cell.data) ? cell.data : cell.value;
        if (setField(text, DOCUMENT, { file: FILE, key: 'x', field: name, value: own }) !== text)
          t.fail(`own value of ${name}: ${JSON.stringify(text)}`);
      }
      try {
        const changed = setField(text, DOCUMENT, { file: FILE, key: 'x', field, value });
        set++;
        const [after] = records(changed, DOCUMENT);
        const cell = after?.fields.get(field);
        const reads = Array.isArray(value)
          ? JSON.stringify(cell?.data) === JSON.stringify(value)
          : (cell?.value ?? '') === String(value ?? '').replace(/\r\n?/g, '\n');
        const kept = [...before.fields].every(
          ([name, was]) =>
            name === field ||
            field.startsWith(`${name}.`) ||
            after?.fields.get(name)?.value === was.value,
        );
        const none = [...(after?.fields.keys() ?? [])].every(
          (name) => name === field || before.fields.has(name),
        );
        if (!reads || !kept || !none || !changed.endsWith('---\n\n# T\n'))
          t.fail(JSON.stringify([text, field, value, changed]));
      } catch (error) {
        if (!(error instanceof NocturneError) || error.code !== 'BAD_VALUE') throw error;
      }
    }),
    { ...runs, numRuns: runs.numRuns * 2 },
  );
  t.ok(set > runs.numRuns / 2, `${set} fields were set`);
});

t.test('no byte but the field changes', async (t) => {
  const text =
    '\ufeff---\r\n# who\r\nmission:   "old"   # why\r\nphase: {name: a, status: b}\r\nlist:\r\n  # first\r\n  - x # keep\r\nempty:\r\n---\r\ntext';
  const set = (field: string, value: Value): string =>
    setField(text, DOCUMENT, { file: FILE, key: 'x', field, value });
  t.equal(set('mission', 'new'), text.replace('"old"', '"new"'));
  t.equal(set('mission', 12), text.replace('"old"', '"12"'));
  t.equal(set('mission', ['a', 'b c']), text.replace('"old"', '[a, b c]'));
  t.equal(set('phase.name', 'c, d'), text.replace('name: a', 'name: "c, d"'));
  t.equal(set('phase.successor', 'z'), text.replace('status: b}', 'status: b, successor: z}'));
  t.equal(set('empty', 'x'), text.replace('empty:', 'empty: x'));
  t.equal(set('empty', [{ a: 1 }]), text.replace('empty:', 'empty:\r\n  - a: 1'));
  t.equal(set('empty.sub', 'x'), text.replace('empty:', 'empty:\r\n  sub: x'));
  t.equal(
    set('list', []),
    text.replace('list:\r\n  # first\r\n  - x # keep', 'list: []\r\n  # first # keep'),
  );
  t.equal(
    set('new.name', '2026-11-20'),
    text.replace('empty:\r\n', 'empty:\r\nnew:\r\n  name: 2026-11-20\r\n'),
  );
  t.equal(set('missing', null), text);
});

t.test(
  'a quoted scalar stays quoted as it was, and a plain one is quoted where it must be',
  async (t) => {
    const set = (source: string, value: Value): string =>
      setField(`---\na: ${source}\n---\n`, DOCUMENT, {
        file: FILE,
        key: 'x',
        field: 'a',
        value,
      }).slice(7, -5);
    const table: readonly (readonly [string, Value, string])[] = [
      ["'x'", "it's", "'it''s'"],
      ["'x'", 'a\nb', '"a\\nb"'],
      ['"x"', 'a"b', '"a\\"b"'],
      ['x', 'a: b', '"a: b"'],
      ['x', 'a #b', '"a #b"'],
      ['x', '- a', '"- a"'],
      ['x', 'null', '"null"'],
      ['x', '~', '"~"'],
      ['x', '*a', '"*a"'],
      ['x', ' a', '" a"'],
      ['x', 'http://a/b?c=d#e', 'http://a/b?c=d#e'],
      ['x', '2026-11-20T01:00:00Z', '2026-11-20T01:00:00Z'],
      ['x', '🌙 ü', '🌙 ü'],
      ['x', true, 'true'],
      ['x', null, 'null'],
      ['"x"', null, '""'],
      ['x # c', 'y', 'y # c'],
      ['|\n  x\n  y', 'z', 'z'],
    ];
    for (const [source, value, expected] of table)
      t.equal(set(source, value), expected, `${source} → ${JSON.stringify(value)}`);
  },
);

t.test('what cannot be done is refused with the reason', async (t) => {
  const table =
    '## Projects\n\n| Slug | Status |\n|---|---|\n| a | x |\n| b |\n| c | x |\n| c | y |\n';
  const front = '---\na: &k x\nb: *k\nm:\n  n: 1\n---\n';
  const notes = '## Inbox\n\n### N-1 t\n\n- **A:** x\n\n## Done\n';
  const cases: readonly (readonly [string, string, RegExp, () => string])[] = [
    [
      'no such row',
      'NOT_FOUND',
      /no row "z"; it has a, b, c, c/,
      () => setField(table, TABLE, { file: 'A.md', key: 'z', field: 'status', value: 'x' }),
    ],
    [
      'no such column',
      'NOT_FOUND',
      /no column "nope"; it has slug, status/,
      () => setField(table, TABLE, { file: 'A.md', key: 'a', field: 'nope', value: 'x' }),
    ],
    [
      'a cell that is not there',
      'NOT_FOUND',
      /1 of 2 cells/,
      () => setField(table, TABLE, { file: 'A.md', key: 'b', field: 'status', value: 'x' }),
    ],
    [
      'two rows of that key',
      'AMBIGUOUS',
      /2 rows "c", on lines 7, 8/,
      () => setField(table, TABLE, { file: 'A.md', key: 'c', field: 'status', value: 'z' }),
    ],
    [
      'no heading',
      'NOT_FOUND',
      /heading "## Projects" of DISPATCH not found/,
      () => appendRecord('# x\n', TABLE, {}),
    ],
    ['no table', 'NOT_FOUND', /no table under/, () => appendRecord('## Projects\n', TABLE, {})],
    [
      'heading twice',
      'AMBIGUOUS',
      /lines 1, 3/,
      () => appendRecord('## Projects\n\n## Projects\n', TABLE, {}),
    ],
    [
      'a column that is not there',
      'NOT_FOUND',
      /no column "x"/,
      () => appendRecord(table, TABLE, { slug: 'd', x: 1 }),
    ],
    [
      'a row of a log',
      'BAD_VALUE',
      /log/,
      () => setField(table, LOG, { file: 'A.md', key: 'a', field: 'status', value: 'z' }),
    ],
    ['removing a row of a log', 'BAD_VALUE', /log/, () => removeRecord(table, LOG, 'a')],
    [
      'an anchored value',
      'BAD_VALUE',
      /another field would also change/,
      () => setField(front, DOCUMENT, { file: FILE, key: 'x', field: 'a', value: 'y' }),
    ],
    [
      'a map as one value',
      'BAD_VALUE',
      /fields of its own/,
      () => setField(front, DOCUMENT, { file: FILE, key: 'x', field: 'm', value: 'y' }),
    ],
    [
      'below a value',
      'BAD_VALUE',
      /"a" has a value of its own/,
      () => setField(front, DOCUMENT, { file: FILE, key: 'x', field: 'a.b', value: 'y' }),
    ],
    [
      'broken front matter',
      'BAD_VALUE',
      /not valid YAML/,
      () =>
        setField('---\na: [\n---\n', DOCUMENT, { file: FILE, key: 'x', field: 'a', value: 'y' }),
    ],
    [
      'unclosed front matter',
      'BAD_VALUE',
      /begins with "---"/,
      () => setField('---\na: b\n', DOCUMENT, { file: FILE, key: 'x', field: 'a', value: 'y' }),
    ],
    ['a document', 'BAD_VALUE', /whole file/, () => appendRecord(front, DOCUMENT, {})],
    [
      'no such section',
      'NOT_FOUND',
      /no section "N-2"; it has N-1/,
      () => setField(notes, SECTION, { file: 'N.md', key: 'N-2', field: 'a', value: 'y' }),
    ],
    [
      'a section twice',
      'AMBIGUOUS',
      /lines 3 and 5/,
      () =>
        setField('## Inbox\n\n### N-1\n\n### N-1\n', SECTION, {
          file: 'N.md',
          key: 'N-1',
          field: 'a',
          value: 'y',
        }),
    ],
    [
      'a title of two lines',
      'BAD_VALUE',
      /title/,
      () => setField(notes, SECTION, { file: 'N.md', key: 'N-1', field: 'title', value: 'a\nb' }),
    ],
    [
      'a body that hides what follows',
      'BAD_VALUE',
      /body/,
      () =>
        setField(notes, SECTION, { file: 'N.md', key: 'N-1', field: 'body', value: '```\nopen' }),
    ],
    [
      'a body that is a section',
      'BAD_VALUE',
      /N-2/,
      () => appendRecord(notes, SECTION, { id: 'N-2', body: '### N-3\n' }),
    ],
    [
      'an id that does not match',
      'BAD_VALUE',
      /matches N-\*/,
      () => appendRecord(notes, SECTION, { id: 'X-1' }),
    ],
    [
      'an id that is there',
      'AMBIGUOUS',
      /already/,
      () => appendRecord(notes, SECTION, { id: 'N-1' }),
    ],
  ];
  for (const [name, code, message, act] of cases)
    t.throws(act, { name: 'NocturneError', code, message }, name);
});

t.test(
  'rows are appended to an empty table, before what follows it, and where the last line does not end',
  async (t) => {
    t.equal(
      appendRecord('## Projects\n\n|Slug|Note|\n|-|-|', TABLE, { slug: 'a' }),
      '## Projects\n\n|Slug|Note|\n|-|-|\n| a | - |',
    );
    t.equal(
      appendRecord('## Projects\r\n\r\n| Slug |\r\n|-|\r\n| a |\r\n\r\nText', TABLE, {
        slug: 'b|c',
      }),
      '## Projects\r\n\r\n| Slug |\r\n|-|\r\n| a |\r\n| b\\|c |\r\n\r\nText',
    );
    t.equal(
      appendRecord('## Projects\n\n| Slug |\n|-|\n', LOG, { slug: ['x', 'y'] }),
      '## Projects\n\n| Slug |\n|-|\n| x, y |\n',
    );
  },
);

t.test('sections are appended last in their part, with a blank line around them', async (t) => {
  const block = '### N-2 Title\n\n- **Action needed:** do\n\n```yaml plan\n- a: 1\n```\n\nBody.\n';
  const fields = {
    id: 'N-2',
    title: 'Title',
    action_needed: 'do',
    plan: [{ a: 1 }],
    body: 'Body.\n',
  };
  t.equal(appendRecord('## Inbox', SECTION, fields), `## Inbox\n\n${block}`);
  t.equal(
    appendRecord('## Inbox\n\n## Done\n', SECTION, fields),
    `## Inbox\n\n${block}\n## Done\n`,
  );
  t.equal(
    appendRecord('## Inbox\n\n### N-1\n   ## Done\n', SECTION, fields),
    `## Inbox\n\n### N-1\n\n${block}\n   ## Done\n`,
  );
  const free: RecordSpec = { ...SECTION, locator: { kind: 'section', depth: 2, match: '*' } };
  t.equal(appendRecord('', free, { id: 'a' }), '## a\n');
  t.equal(appendRecord('# T\n', free, { id: 'a', x: 'y' }), '# T\n\n## a\n\n- **X:** y\n');
});

t.test('a new document reads back as its fields', async (t) => {
  const fields = {
    mission: 'Find: it',
    'phase.name': 'a',
    'phase.stop': [{ file_exists: 'x' }],
    'phase.empty': null,
    tools: ['a'],
    'a b': 1,
    text: 'two\nlines',
  };
  const text = newDocument(fields, '# Title');
  const [record] = records(text, DOCUMENT);
  t.strictSame(
    [...(record?.fields.keys() ?? [])],
    ['mission', 'phase.name', 'phase.stop', 'phase.empty', 'tools', 'a b', 'text'],
  );
  t.equal(record?.fields.get('text')?.value, 'two\nlines');
  t.ok(text.endsWith('---\n\n# Title\n'));
  t.equal(newDocument({}), '---\n---\n');
  t.throws(() => newDocument({ a: 1, 'a.b': 2 }), { code: 'BAD_VALUE' });
});

function records(text: string, spec: RecordSpec): readonly Rec[] {
  return readRecords(scan(text), FILE, spec).records;
}

function shown(list: readonly Rec[]): readonly (readonly [string, Record<string, string>])[] {
  return list.map((record) => [
    record.key,
    Object.fromEntries([...record.fields].map(([name, cell]) => [name, cell.value])),
  ]);
}

function isSame(a: readonly Rec[], b: readonly Rec[]): boolean {
  return JSON.stringify(shown(a)) === JSON.stringify(shown(b));
}

function isOnlyChange(
  before: readonly Rec[],
  after: readonly Rec[],
  change: { readonly index: number; readonly field: string; readonly value: string },
): boolean {
  const expected = shown(before).map(
    ([key, fields], i) =>
      [key, i === change.index ? { ...fields, [change.field]: change.value } : fields] as const,
  );
  const got = shown(after);
  return (
    expected.length === got.length &&
    expected.every(([, fields], i) => {
      const now = got[i]?.[1] ?? {};
      const names = new Set([...Object.keys(fields), ...Object.keys(now)]);
      return [...names].every((name) => (fields[name] ?? '') === (now[name] ?? ''));
    })
  );
}

/** All headings, fences and tables but their offsets. */
function otherBlocks(text: string): string {
  const { headings, tables, fences, html } = scan(text);
  return JSON.stringify([
    headings.map((heading) => [heading.depth, heading.text, heading.line]),
    tables.map((table) => [table.header.line, table.rows.length]),
    fences.map((fence) => fence.line),
    html.length,
  ]);
}
