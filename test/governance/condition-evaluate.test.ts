/**
 * Conditions over real small workspaces: what holds, what does not, what cannot be decided, and the
 * evidence given.
 */
import fc from 'fast-check';
import t from 'tap';
import { parse } from 'yaml';
import { conditionsHold, evaluateConditions } from '../../src/governance/conditions/evaluate.js';
import type { EvaluationInput } from '../../src/governance/conditions/evaluate.js';
import { parseConditions } from '../../src/project/condition-parse.js';
import { openSnapshot } from '../../src/workspace/snapshot.js';
import type { Snapshot } from '../../src/workspace/types.js';
import { changeLog, dispatchTable, longrunner, NOW, smallWorkspace } from './small-workspace.js';
import type { Files } from './small-workspace.js';

type TestContext = Parameters<typeof smallWorkspace>[0] & Pick<typeof t, 'equal' | 'match'>;
type Case = readonly [assertion: string, holds: boolean | 'error', evidence?: RegExp];
const P = 'PROJECTS/inventory';
const RANGE = { file: `${P}/LONGRUNNER.md`, line: 1, column: 1, endLine: 1, endColumn: 1 };

async function table(
  t: TestContext,
  files: Files,
  cases: readonly Case[],
  more: Partial<EvaluationInput> = {},
): Promise<void> {
  const snapshot = smallWorkspace(t, { [`${P}/LONGRUNNER.md`]: longrunner(), ...files });
  for (const [yaml, holds, evidence] of cases) {
    const result = await evaluateOne(snapshot, yaml, more);
    t.equal(
      result?.error === undefined ? result?.holds : 'error',
      holds,
      `${yaml} → ${JSON.stringify(result)}`,
    );
    if (holds === 'error') t.equal(result?.holds, false, `${yaml}: an error never holds`);
    if (evidence !== undefined)
      t.match(`${result?.found} @${result?.where ?? ''} !${result?.error ?? ''}`, evidence, yaml);
    const negated = await evaluateOne(
      snapshot,
      `not: ${yaml.includes('\n') ? `\n    ${yaml}` : `{ ${yaml} }`}`,
      more,
    );
    t.equal(
      negated?.error === undefined ? negated?.holds : 'error',
      holds === 'error' ? 'error' : !holds,
      `not ${yaml}`,
    );
  }
}

async function evaluateOne(snapshot: Snapshot, yaml: string, more: Partial<EvaluationInput>) {
  const { assertions } = parseConditions([parse(yaml)], { range: RANGE });
  const [result] = await evaluateConditions(assertions, {
    snapshot,
    project: 'inventory',
    ...more,
  });
  return result;
}

t.test('file_exists counts regular files of the project alone', async (t) => {
  await table(
    t,
    {
      [`${P}/outputs/a.md`]: 'a',
      [`${P}/outputs/b.md`]: 'bbbb',
      [`${P}/outputs/deep/c.md`]: 'c',
      'PROJECTS/other/outputs/d.md': 'd',
    },
    [
      [
        'file_exists: outputs/*.md',
        true,
        /2 files: outputs\/a.md, outputs\/b.md @PROJECTS\/inventory\/outputs\/a.md/,
      ],
      ['file_exists: "outputs/**/*.md"', true, /3 files/],
      ['file_exists: ./outputs/a.md', true],
      ['file_exists: outputs/d.md', false, /no file matches outputs\/d.md/],
      ['file_exists: { in: outputs/*.md, at_least: 3 }', false, /2 files/],
      ['file_exists: { in: outputs/*.md, equals: 2 }', true],
      ['file_exists: { in: outputs/*.md, at_most: 1 }', false],
      [
        'file_exists: { in: outputs/*.md, min_bytes: 2 }',
        true,
        /1 file: outputs\/b.md; 1 too small/,
      ],
      [
        'file_exists: { in: outputs/a.md, min_bytes: 2 }',
        false,
        /0 files; 1 too small @PROJECTS\/inventory\/outputs\/a.md/,
      ],
      ['file_exists: outputs', false],
    ],
  );
});

t.test('a link is no file of the project', async (t) => {
  const root = t.testdir({
    [P]: { 'real.md': '# Real', 'link.md': t.fixture('symlink', 'real.md') },
  });
  const snapshot = openSnapshot(root, { now: NOW });
  t.match(await evaluateOne(snapshot, 'file_exists: "*.md"', {}), {
    holds: true,
    found: '1 file: real.md',
  });
  t.match(await evaluateOne(snapshot, 'file_exists: link.md', {}), { holds: false });
});

t.test(
  'file_newer compares with files, a length of time, an instant, the phase: by what the change log recorded',
  async (t) => {
    // The times of the files say the contrary.
    const old = { content: 'old', mtime: '2026-11-21T02:59:00Z' };
    const fresh = { content: 'fresh', mtime: '2020-01-01T00:00:00Z' };
    const recorded = changeLog([
      [`${P}/in.csv`, '', 'old', '2026-11-01T00:00:00Z'],
      [`${P}/edited.md`, '', 'as recorded', '2026-11-01T00:00:00Z'],
      [`${P}/back.md`, '', 'same', '2026-11-01T00:00:00Z'],
      [`${P}/back.md`, 'same', 'other', '2026-11-21T02:10:00Z'],
      [`${P}/back.md`, 'other', 'same', '2026-11-21T02:20:00Z'],
      [`${P}/out.md`, '', 'fresh', '2026-11-21T02:30:00Z'],
    ]);
    const unrecorded = { content: 'new to the log', mtime: '2026-11-21T02:59:00Z' };
    await table(
      t,
      {
        [`${P}/in.csv`]: old,
        [`${P}/out.md`]: fresh,
        [`${P}/edited.md`]: 'by hand',
        [`${P}/back.md`]: 'same',
        [`${P}/unrecorded.md`]: unrecorded,
        ...recorded,
      },
      [
        [
          'file_newer: { in: edited.md, since: phase }',
          true,
          /edited.md changed after its last recorded change of 2026-11-01T00:00:00Z/,
        ],
        ['file_newer: { in: edited.md, than: out.md }', true],
        ['file_newer: { in: out.md, than: edited.md }', false],
        ['file_newer: { in: back.md, since: phase }', false],
        ['file_newer: { in: back.md, since: 2026-11-21T02:15:00Z }', true],
        [
          'file_newer: { in: unrecorded.md, since: phase }',
          false,
          /unrecorded.md with no recorded change/,
        ],
        ['file_newer: { in: unrecorded.md, within: 1h }', false],
        ['file_newer: { in: in.csv, than: unrecorded.md }', true],
        ['file_newer: { in: "*.md", since: phase }', true],
        ['file_newer: { in: out.md, than: in.csv }', true, /out.md of 2026-11-21T02:30:00Z/],
        ['file_newer: { in: in.csv, than: out.md }', false],
        ['file_newer: { in: out.md, than: none.csv }', 'error', /no file matches none.csv/],
        ['file_newer: { in: none.md, than: in.csv }', false, /no file matches none.md/],
        ['file_newer: { in: out.md, within: 1h }', true],
        ['file_newer: { in: out.md, within: 10m }', false],
        ['file_newer: { in: out.md, since: 2026-11-21T02:00:00Z }', true],
        ['file_newer: { in: out.md, since: phase }', true],
        ['file_newer: { in: in.csv, since: phase }', false],
        // Before the first pass, what was made since the phase began is new.
        ['file_newer: { in: out.md, since: last_pass }', true],
        ['file_newer: { in: in.csv, since: last_pass }', false],
      ],
      { phaseStarted: '2026-11-10T00:00:00Z' },
    );
    await table(t, { [`${P}/out.md`]: fresh }, [
      [
        'file_newer: { in: out.md, since: last_pass }',
        'error',
        /the start of the phase is not recorded/,
      ],
    ]);
  },
);

const REPORT = `# Inventory

- outside: x

## Packages

Text before.

- name: zod; version: 4.1.0; licence: MIT
- **Name:** yaml, **Version:** 2.9, **Licence:** ISC
- name: ajv
  version: 8.20
  licence: MIT
  - nested: item
1. [x] name: execa · version: 9 · licence: MIT

| Name | Version | Licence |
|---|---|---|
| commander | 14.0 | MIT |
| diff | 9.0 | BSD \\| MIT |
| | - | — |

\`\`\`md
- name: in a fence; version: 1; licence: no
\`\`\`

<!-- - name: in a comment; version: 1; licence: no
- name: still in it; version: 1; licence: no -->

### Below

- name: picocolors; version: 1.1.1; licence: ISC

## After

- name: not counted; version: 1; licence: X
`;

t.test('entries counts list items and table rows under a heading, each complete', async (t) => {
  await table(
    t,
    {
      [`${P}/outputs/i.md`]: REPORT,
      [`${P}/outputs/bad.txt`]:
        '## Packages\n\n- name: a\n- name: b; version: -\n- name: c; version:\n',
      [`${P}/outputs/b.bin`]: { content: new Uint8Array([0xff, 0xfe, 0x00]) },
    },
    [
      [
        'entries: { in: outputs/i.md, under: "## Packages", equals: 7, each_has: [name, version, licence] }',
        true,
        /7 entries @PROJECTS\/inventory\/outputs\/i.md:9/,
      ],
      ['entries: { in: outputs/i.md, under: Packages, equals: 7 }', true],
      ['entries: { in: outputs/i.md, under: "## Packages", at_least: 12 }', false, /7 entries/],
      [
        'entries: { in: outputs/i.md, under: "# Packages" }',
        false,
        /no heading "# Packages" in 1 file/,
      ],
      ...['### Packages', '## packages', '## Packages:', '## Package'].map(
        (under) =>
          [
            `entries: { in: outputs/i.md, under: "${under}" }`,
            false,
            /no heading "#+ .ackages?:?" in 1 file, but "## Packages" @/,
          ] as const,
      ),
      [
        'entries: { in: outputs/i.md, under: "## Packages", each_has: [name, size] }',
        false,
        /7 entries; "name: zod.*" at outputs\/i.md:9 has no size \(and 6 more\) @PROJECTS\/inventory\/outputs\/i.md:9/,
      ],
      [
        'entries: { in: outputs/bad.txt, under: "## Packages", each_has: [name, version] }',
        false,
        /at outputs\/bad.txt:3 has no version \(and 2 more\)/,
      ],
      ['entries: { in: outputs/none.md, under: "## Packages" }', false, /no file matches/],
      ['entries: { in: outputs/b.bin, under: "## Packages" }', 'error', /cannot be read as UTF-8/],
      ['entries: { in: outputs/*.md, under: "## Packages", equals: 0 }', false],
    ],
  );
});

t.test('entries may be spread over several files', async (t) => {
  await table(
    t,
    {
      [`${P}/outputs/1.md`]: '## P\n- a: 1\n- a: 2\n',
      [`${P}/outputs/2.md`]: '## P\r\n* a: 3\r\n',
    },
    [['entries: { in: outputs/*.md, under: "## P", equals: 3, each_has: [a] }', true]],
  );
});

t.test('table_rows counts rows alone, and only those asked for', async (t) => {
  await table(
    t,
    {
      [`${P}/t.md`]:
        '## Work\n\n- an item\n\n| Task | Status | Due date |\n|---|---|---|\n| a | done | 1 |\n| b | open | - |\n| c | done | 3 |\n',
    },
    [
      ['table_rows: { in: t.md, under: "## Work", equals: 3 }', true],
      [
        'table_rows: { in: t.md, under: "## Work", where: { status: done }, equals: 2 }',
        true,
        /2 rows with status = done @PROJECTS\/inventory\/t.md:7/,
      ],
      [
        'table_rows: { in: t.md, under: "## Work", where: { status: [open, stuck] }, at_most: 0 }',
        false,
      ],
      [
        'table_rows: { in: t.md, under: "## Work", where: { Status: done, Due date: 3 }, equals: 1 }',
        true,
      ],
      [
        'table_rows: { in: t.md, under: "## Work", each_has: [task, due_date] }',
        false,
        /"b" at t.md:8 has no due_date/,
      ],
      [
        'table_rows: { in: t.md, under: "## Work", where: { stat: done }, at_most: 0 }',
        'error',
        /no table under "## Work" has a column stat/,
      ],
    ],
  );
});

t.test('frontmatter asks every matching file', async (t) => {
  await table(
    t,
    {
      [`${P}/a.md`]:
        '---\ntitle: A\ndraft: false\nsource:\n  date: 2026-11-20\n  list: [1, 2]\nempty:\nnone: []\n---\n',
      [`${P}/b.md`]: '---\ntitle: B\ndraft: true\n---\n',
      [`${P}/broken.md`]: '---\ntitle: [\n---\n',
      [`${P}/bare.md`]: '# No front matter\n',
      [`${P}/bomb.md`]: `---\na: &a [1]\n${[...'bcdefghij'].map((name, i) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghij'[i]}`).join(', ')}]`).join('\n')}\n---\n`,
    },
    [
      ['frontmatter: { in: a.md, has: [title, source.date, source.list] }', true],
      [
        'frontmatter: { in: a.md, has: [empty] }',
        false,
        /a.md: no empty @PROJECTS\/inventory\/a.md:7/,
      ],
      ['frontmatter: { in: a.md, has: [none] }', false],
      ['frontmatter: { in: a.md, equals: { draft: false, source.date: 2026-11-20 } }', true],
      [
        'frontmatter: { in: "[ab].md", equals: { draft: false } }',
        false,
        /b.md: draft = true @PROJECTS\/inventory\/b.md:3/,
      ],
      ['frontmatter: { in: a.md, matches: { source.date: "^2026-" } }', true],
      ['frontmatter: { in: a.md, matches: { missing: ".*" } }', false, /no missing/],
      ['frontmatter: { in: bare.md, has: [title] }', false],
      ['frontmatter: { in: broken.md, has: [title] }', 'error', /not YAML/],
      ['frontmatter: { in: bomb.md, has: [a] }', 'error', /cannot be expanded/],
    ],
  );
});

t.test('matches counts in all files together or in each', async (t) => {
  await table(t, { [`${P}/a.md`]: 'one\nTODO two\nTODO\n', [`${P}/b.md`]: 'clean\n' }, [
    [
      'matches: { in: "*.md", pattern: "TODO|lorem ipsum", at_least: 2 }',
      true,
      /@PROJECTS\/inventory\/a.md:2/,
    ],
    ['matches: { in: a.md, pattern: "^todo", flags: im }', true],
    ['matches: { in: a.md, pattern: "^todo" }', false],
    [
      'matches: { in: "[ab].md", pattern: "TODO", each_file: true }',
      false,
      /0 matches in b.md @PROJECTS\/inventory\/b.md/,
    ],
    ['matches: { in: "[ab].md", pattern: "e", each_file: true }', true],
    ['matches: { in: b.md, pattern: "^$" }', true],
    ['matches: { in: none.md, pattern: "x" }', false, /no file matches/],
  ]);
});

t.test('a pattern that backtracks without end is an error, soon', async (t) => {
  const text = `${'a'.repeat(5000)}b\n`;
  const before = performance.now();
  await table(t, { [`${P}/a.md`]: text }, [
    [
      'matches: { in: a.md, pattern: "(a+)+$" }',
      'error',
      /took more than 250 ms .* nested repetitions/,
    ],
  ]);
  t.ok(performance.now() - before < 5000);
});

t.test('links_resolve follows links to files, folders and headings', async (t) => {
  await table(
    t,
    {
      [`${P}/good.md`]:
        '# Good page\n\n[a](other.md) [b](other.md#the-part) [c](#good-page) [d](/SOUL.md) [e](outputs/) [f](https://example.org/x)\n\n`[code](nowhere.md)`\n',
      [`${P}/other.md`]: '# Other\n\n## The part\n',
      [`${P}/outputs/x.md`]: '',
      [`${P}/lost.md`]: '\n[a](gone.md)\n',
      [`${P}/lost-part.md`]: '[a](other.md#no-part)\n',
      'SOUL.md': '# Soul\n',
    },
    [
      ['links_resolve: good.md', true, /5 links in 1 file, 1 outside the workspace not looked at/],
      [
        'links_resolve: lost.md',
        false,
        /lost.md:2 links to gone.md, which does not exist @PROJECTS\/inventory\/lost.md:2/,
      ],
      ['links_resolve: lost-part.md', false, /no such heading/],
      ['links_resolve: none.md', false],
    ],
  );
});

t.test(
  'json_schema validates JSON, YAML and front matter, and never with a schema that the pass could write',
  async (t) => {
    const schema = JSON.stringify({
      type: 'object',
      required: ['name'],
      properties: { name: { type: 'string', pattern: '^[a-z]+$' }, n: { type: 'integer' } },
    });
    await table(
      t,
      {
        [`${P}/schema.json`]: schema,
        [`${P}/outputs/schema.json`]: schema,
        [`${P}/old.json`]: JSON.stringify({
          $schema: 'http://json-schema.org/draft-07/schema#',
          type: 'object',
          definitions: { n: { type: 'string' } },
          properties: { name: { $ref: '#/definitions/n' } },
        }),
        [`${P}/evil.json`]: JSON.stringify({
          properties: { name: { type: 'string', pattern: '(a+)+$' } },
        }),
        [`${P}/far.json`]: JSON.stringify({ $ref: 'https://example.org/schema.json' }),
        [`${P}/outputs/good.json`]: '{"name":"zod","n":1}',
        [`${P}/outputs/good.yaml`]: 'name: zod\nn: 1\n',
        [`${P}/outputs/good.md`]: '---\nname: zod\n---\n',
        [`${P}/outputs/bad.json`]: '{"name":"ZOD"}',
        [`${P}/outputs/broken.json`]: '{"name":',
        [`${P}/outputs/long.json`]: JSON.stringify({ name: `${'a'.repeat(4000)}b` }),
      },
      [
        ['json_schema: { in: "outputs/good.*", schema: schema.json }', true, /3 files, all valid/],
        ['json_schema: { in: outputs/good.json, schema: old.json }', true],
        [
          'json_schema: { in: outputs/bad.json, schema: schema.json }',
          false,
          /bad.json: \/name must match pattern/,
        ],
        ['json_schema: { in: outputs/broken.json, schema: schema.json }', false, /broken.json: /],
        ['json_schema: { in: outputs/good.json, schema: { type: array } }', false, /must be array/],
        [
          'json_schema: { in: outputs/good.json, schema: { type: arroy } }',
          'error',
          /not a usable JSON Schema/,
        ],
        [
          'json_schema: { in: outputs/good.json, schema: none.json }',
          'error',
          /there is no schema/,
        ],
        [
          'json_schema: { in: outputs/good.json, schema: far.json }',
          'error',
          /not a usable JSON Schema/,
        ],
        [
          'json_schema: { in: outputs/good.json, schema: outputs/schema.json }',
          'error',
          /the pass that does the work may write it/,
        ],
        ['json_schema: { in: outputs/long.json, schema: evil.json }', 'error', /took too long/],
        ['json_schema: { in: outputs/none.json, schema: schema.json }', false],
      ],
      { writes: [`${P}/outputs/**`] },
    );
  },
);

t.test('query counts rows or compares one value', async (t) => {
  await table(
    t,
    {
      'ACTIVE-PROJECTS.md': dispatchTable([
        { slug: 'inventory' },
        { slug: 'other', status: 'paused' },
      ]),
    },
    [
      [
        'query: SELECT * FROM dispatch',
        true,
        /2 rows; the first: key inventory.* @ACTIVE-PROJECTS.md:\d+/,
      ],
      [`query: "SELECT * FROM dispatch WHERE status = 'lost'"`, false, /0 rows/],
      ['query: { sql: SELECT slug FROM dispatch, equals: 2 }', true],
      [`query: { sql: "SELECT slug FROM dispatch WHERE slug = :project;", equals: 1 }`, true],
      ['query: { sql: SELECT count(*) FROM dispatch, value: 2 }', true, /^2 /],
      ['query: { sql: SELECT count(*) FROM dispatch, value: 3 }', false],
      [
        'query: { sql: SELECT slug FROM dispatch, value: inventory }',
        'error',
        /"value" compares one value/,
      ],
      [`query: { sql: "SELECT slug FROM dispatch WHERE slug = 'x'", value: x }`, false, /no row/],
      ['query: SELECT missing_one FROM dispatch', 'error', /no such column/],
      [
        'query: "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"',
        'error',
        /recursive/,
      ],
      [
        'query: "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"',
        'error',
        /recursive/,
      ],
      ['query: "SELECT 1; DELETE FROM dispatch"', 'error'],
    ],
  );
});

t.test('unique looks at entries or at front matter', async (t) => {
  await table(
    t,
    {
      [`${P}/a.md`]: '---\nid: 1\n---\n## T\n\n- name: x\n- name: y\n',
      [`${P}/b.md`]: '---\nid: 2\n---\n## T\n\n| Name |\n|---|\n| z |\n| x |\n',
      [`${P}/c.md`]: '---\nid: 1\n---\n## T\n\n- name: q\n- other: w\n',
    },
    [
      ['unique: { in: a.md, under: "## T", field: name }', true, /2 values, all different/],
      [
        'unique: { in: "[ab].md", under: "## T", field: name }',
        false,
        /name "x" is at a.md:6 and at b.md:9 @PROJECTS\/inventory\/b.md:9/,
      ],
      ['unique: { in: c.md, under: "## T", field: name }', false, /no name at c.md:7/],
      ['unique: { in: "[ab].md", field: id }', true],
      ['unique: { in: "[abc].md", field: id }', false, /id "1" is at a.md:2 and at c.md:2/],
      ['unique: { in: a.md, under: "## None", field: name }', false, /no name found/],
    ],
  );
});

t.test('hash_changed compares with the content of the last pass', async (t) => {
  const files = { [`${P}/same.md`]: 'same', [`${P}/new.md`]: 'new' };
  const hash = smallWorkspace(t, files).hash(`${P}/same.md`) ?? '';
  await table(
    t,
    files,
    [
      ['hash_changed: same.md', false, /1 file, none changed/],
      ['hash_changed: "*.md"', true, /2 files (new|changed): LONGRUNNER.md, new.md/],
      ['hash_changed: new.md', true, /1 file new: new.md/],
      ['hash_changed: none.md', false],
    ],
    { before: new Map([[`${P}/same.md`, hash]]) },
  );
  await table(t, files, [
    ['hash_changed: new.md', 'error', /hashes of the last pass are not known/],
  ]);
});

t.test('no_duplicates_of finds the same text under another date', async (t) => {
  const text =
    'The package zod has the licence MIT and is used by the command line. '.repeat(3) +
    'It was released in spring and nobody has looked at it since then.';
  await table(
    t,
    {
      [`${P}/outputs/1.md`]: `# 2026-11-20\n\n${text}`,
      [`${P}/outputs/2.md`]: `# 2026-11-21\n\n${text}`,
      [`${P}/outputs/3.md`]:
        'Something else entirely: three licences are missing and one is unknown.',
    },
    [
      [
        'no_duplicates_of: { in: outputs/2.md, of: outputs/*.md }',
        false,
        /outputs\/2.md and outputs\/1.md are the nearest: 1.00 @PROJECTS\/inventory\/outputs\/2.md/,
      ],
      ['no_duplicates_of: { in: outputs/3.md, of: outputs/*.md }', true],
      ['no_duplicates_of: { in: outputs/3.md, of: outputs/3.md }', true, /nothing to compare with/],
      ['no_duplicates_of: { in: outputs/9.md, of: outputs/*.md }', false],
    ],
  );
});

t.test(
  'all_of, any_of and not keep an undecided part undecided unless the rest decides',
  async (t) => {
    const yes = '{ file_exists: LONGRUNNER.md }';
    const no = '{ file_exists: none.md }';
    const error = '{ query: SELECT missing_one }';
    const text = 'It is good';
    await table(t, {}, [
      [`all_of: [ ${yes}, ${yes} ]`, true, /all 2 are true/],
      [`all_of: [ ${yes}, ${no} ]`, false, /no file matches none.md/],
      [`all_of: [ ${yes}, ${error} ]`, 'error'],
      [`all_of: [ ${no}, ${error} ]`, false],
      [`all_of: [ ${yes}, ${text} ]`, 'error', /text for people/],
      [`any_of: [ ${no}, ${yes} ]`, true],
      [`any_of: [ ${no}, ${no} ]`, false],
      [`any_of: [ ${error}, ${yes} ]`, true],
      [`any_of: [ ${error}, ${no} ]`, 'error'],
      [`any_of: [ { file_exist: x }, ${no} ]`, 'error', /no condition of kind/],
      [`not: { any_of: [ ${no}, ${error} ] }`, 'error'],
      [`not: ${no}`, true],
      ['file_exist: x', 'error', /no condition of kind "file_exist".*did you mean|no condition/],
      ['not: nothing is left to do', 'error'],
    ]);
  },
);

type Truth = true | false | 'error';
type Tree = { readonly yaml: object | string; readonly truth: Truth };

const leaf = fc.constantFrom<Tree>(
  { yaml: { file_exists: 'LONGRUNNER.md' }, truth: true },
  { yaml: { file_exists: 'none.md' }, truth: false },
  { yaml: { query: 'SELECT missing_one' }, truth: 'error' },
  { yaml: { no_such_kind: 1 }, truth: 'error' },
);
const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', maxDepth: 4 },
    leaf,
    tie('tree').map(
      (one): Tree => ({
        yaml: { not: one.yaml },
        truth: one.truth === 'error' ? 'error' : !one.truth,
      }),
    ),
    fc.array(tie('tree'), { minLength: 1, maxLength: 3 }).map(
      (all): Tree => ({
        yaml: { all_of: all.map((one) => one.yaml) },
        truth: all.some((one) => one.truth === false)
          ? false
          : all.some((one) => one.truth === 'error')
            ? 'error'
            : true,
      }),
    ),
    fc.array(tie('tree'), { minLength: 1, maxLength: 3 }).map(
      (all): Tree => ({
        yaml: { any_of: all.map((one) => one.yaml) },
        truth: all.some((one) => one.truth === true)
          ? true
          : all.some((one) => one.truth === 'error')
            ? 'error'
            : false,
      }),
    ),
  ),
}));

t.test('any nesting is true, false or undecided as three-valued logic says', async (t) => {
  const snapshot = smallWorkspace(t, { [`${P}/LONGRUNNER.md`]: longrunner() });
  await fc.assert(
    fc.asyncProperty(tree, async ({ yaml, truth }) => {
      const { assertions } = parseConditions([yaml], { range: RANGE });
      const [result] = await evaluateConditions(assertions, { snapshot, project: 'inventory' });
      return (
        result !== undefined &&
        (result.error === undefined ? result.holds === truth : truth === 'error' && !result.holds)
      );
    }),
    { numRuns: 300 },
  );
});

t.test('a list holds when all of it holds, and an empty list never does', async (t) => {
  const snapshot = smallWorkspace(t, { [`${P}/LONGRUNNER.md`]: longrunner() });
  const holds = async (yaml: string): Promise<boolean> =>
    conditionsHold(
      await evaluateConditions(parseConditions(parse(yaml), { range: RANGE }).assertions, {
        snapshot,
        project: 'inventory',
      }),
    );
  t.equal(await holds('- file_exists: LONGRUNNER.md'), true);
  t.equal(await holds('- file_exists: LONGRUNNER.md\n- file_exists: none.md'), false);
  t.equal(await holds('- file_exists: LONGRUNNER.md\n- the owner is content'), false);
  t.equal(await holds('All is done'), false);
  t.equal(await holds('[]'), false);
});

t.test('a result says what was asked in one line', async (t) => {
  const snapshot = smallWorkspace(t, { [`${P}/LONGRUNNER.md`]: longrunner() });
  const yaml =
    'entries:\n  in: "outputs/*.md"\n  under: "## Packages"\n  at_least: 12\n  each_has: [name, version]';
  t.match(await evaluateOne(snapshot, yaml, {}), {
    assertion:
      'entries: {in: outputs/*.md, under: ## Packages, at_least: 12, each_has: [name, version]}',
    expected: 'at least 12 entries under "## Packages" in outputs/*.md, each with name, version',
  });
  t.match(await evaluateOne(snapshot, 'not: { file_exists: outputs/draft.md }', {}), {
    expected: 'the opposite of: at least 1 file matching outputs/draft.md',
  });
});
