import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { type Place, placeWithProject } from '../../passes/pass-workspace.js';
import { type CliCase, runCases } from './cases.js';
import { callForText } from './run-cli.js';

const place = (directory: string): Place => placeWithProject(directory, '');
const priority = 'ACTIVE-PROJECTS.md#pages.priority';
const soul = 'READS|VALIDATES|REFERENCES';

const cases: readonly CliCase<Place>[] = [
  {
    that: 'what depends on a file is reached',
    words: ['impact', 'SOUL.md'],
    exit: 0,
    json: {
      files: ['SOUL.md'],
      nodes: [{ edge: new RegExp(soul), via: 'SOUL.md', protected: Boolean }],
    },
    then: (t, _at, { json }) =>
      t.match(
        JSON.stringify(json),
        /"file":"INTEGRITY-MANIFEST\.md","edge":"VALIDATES","via":"SOUL\.md"/,
      ),
  },
  {
    that: 'the nearest few are enough',
    words: ['impact', 'SOUL.md', '--most', '2'],
    exit: 0,
    then: (t, _at, { json }) =>
      t.equal((json as { readonly nodes: readonly unknown[] }).nodes.length, 2),
  },
  {
    that: 'how many has to be a number',
    words: ['impact', 'SOUL.md', '--most', 'few'],
    exit: 2,
    json: { error: { code: 'USAGE', message: '--most cannot be few' } },
  },
  {
    that: 'a bundle can be asked about',
    words: ['impact', 'BUNDLE:pass_record'],
    exit: 0,
    then: (t, _at, { json }) => t.match(JSON.stringify(json), /PROJECTS\/pages\/LONGRUNNER\.md/),
  },
  {
    that: 'only the same project is reached',
    words: ['impact', 'PROJECTS/pages/outputs/new.md'],
    exit: 0,
  },
  {
    that: 'a slip is not an empty answer',
    words: ['impact', 'SOULL.md'],
    exit: 2,
    json: { error: { code: 'NOT_FOUND', hint: 'did you mean SOUL.md?' } },
  },
  {
    that: 'the graph has its edges',
    words: ['graph'],
    exit: 0,
    json: {
      nodes: [{ name: String, protected: Boolean }],
      edges: [{ source: String, kind: String, target: String, line: Number }],
      cycles: [],
    },
  },
  {
    that: 'nothing is undeclared in a new workspace',
    words: ['graph', 'suggest'],
    exit: 0,
    json: { suggestions: [] },
  },
  {
    that: 'a link that nobody declared is seen',
    first: (at) => appendFileSync(join(at.root, 'MEMORY.md'), '\nSee [the soul](SOUL.md).\n'),
    words: ['graph', 'suggest'],
    exit: 0,
    json: {
      suggestions: [
        {
          source: 'MEMORY.md',
          kind: 'REFERENCES',
          target: 'SOUL.md',
          by: 'link',
          seen: 1,
          at: { file: 'MEMORY.md', line: Number },
        },
      ],
    },
  },
  {
    that: 'a query has columns and rows',
    words: ['query', 'SELECT slug, priority FROM dispatch'],
    exit: 0,
    json: { columns: ['slug', 'priority'], rows: [{ slug: 'pages', priority: 1 }] },
  },
  {
    that: 'a query that would write is refused',
    words: ['query', 'DELETE FROM dispatch'],
    exit: 2,
    json: { error: { code: 'BAD_QUERY' } },
  },
  {
    that: 'SQLite says what is wrong with a query',
    words: ['query', 'SELECT urgency FROM dispatch'],
    exit: 2,
    json: { error: { code: 'BAD_QUERY', message: /no such column/ } },
  },
  {
    that: 'an empty query is none',
    words: ['query', ' '],
    exit: 2,
    json: { error: { code: 'USAGE' } },
  },
  {
    that: 'the tables are listed',
    words: ['tables'],
    exit: 0,
    json: { tables: [{ name: 'dispatch', rows: 1, columns: ['key', 'priority'] }] },
  },
  {
    that: 'what never changed has no history',
    words: ['history', priority],
    exit: 0,
    json: { address: priority, values: [], now: '1' },
  },
  {
    that: 'a change is remembered',
    first: (at) => set(at, '4'),
    words: ['history', 'DISPATCH[pages].priority'],
    exit: 0,
    json: {
      address: priority,
      values: [
        {
          address: priority,
          old: '1',
          value: '4',
          writer: 'owner',
          run_id: '',
          reason: 'test',
          t_written: /Z$/,
          t_valid: /Z$/,
        },
      ],
      now: '4',
    },
  },
  {
    that: 'what is no address has no history',
    words: ['history', 'DISPATCH[pages].urgency'],
    exit: 2,
    json: { error: { code: 'NOT_FOUND' } },
  },
  {
    that: 'one value at another time',
    words: ['as-of', '2020-01-01', priority],
    exit: 0,
    json: {
      time: '2020-01-01T00:00:00.000Z',
      values: [{ address: priority, value: '1', t_written: null }],
    },
  },
  {
    that: 'the same value now',
    words: ['as-of', 'now', priority],
    exit: 0,
    json: { values: [{ value: '4', run_id: '', t_written: /Z$/ }] },
  },
  {
    that: 'a record that is gone is still there in the past',
    first: dropLesson,
    words: ['as-of', 'now', 'LESSON[L-20261121-001].observation'],
    exit: 0,
    json: { values: [{ value: '' }] },
  },
  {
    that: 'and its history is',
    words: ['history', 'LESSON[L-20261121-001].observation'],
    exit: 0,
    json: { values: [{ value: 'it pays' }, { old: 'it pays', value: '' }], now: '' },
  },
  {
    that: 'the whole state',
    words: ['as-of', 'now'],
    exit: 0,
    then: (t, _at, { json }) =>
      t.ok(
        (json['values'] as readonly { address: string; value: string }[]).some(
          (one) => one.address === priority && one.value === '4',
        ),
      ),
  },
  {
    that: 'by when it was true',
    words: ['as-of', '2020-01-01', priority, '--valid'],
    exit: 0,
    json: { axis: 'valid', values: [{ value: '1' }] },
  },
  {
    that: 'the difference of two times',
    words: ['diff', '2020-01-01', 'now'],
    exit: 0,
    json: { changed: [{ address: priority, before: '1', after: '4', reason: 'test' }] },
  },
  {
    that: 'a time that is none',
    words: ['diff', 'then', 'now'],
    exit: 2,
    json: { error: { code: 'USAGE' } },
  },
  {
    that: 'a run that is none',
    words: ['as-of', 'RUN-20990101-001'],
    exit: 2,
    json: { error: { code: 'NOT_FOUND' } },
  },
];

t.test('graph, queries and time travel', async (t) => runCases(t, place, cases));

function set(at: Place, value: string): void {
  at.workspace.commit({
    actor: { kind: 'owner', name: 'owner' },
    runId: '',
    reason: 'test',
    changes: [{ kind: 'set', address: priority, value }],
  });
}

function dropLesson(at: Place): void {
  const common = { actor: { kind: 'owner', name: 'owner' }, runId: '', reason: 'test' } as const;
  at.workspace.commit({
    ...common,
    changes: [
      {
        kind: 'insert',
        object: 'LESSON',
        fields: {
          id: 'L-20261121-001',
          date: '2026-11-21',
          kind: 'owner',
          observation: 'it pays',
          evidence: 'x',
        },
      },
    ],
  });
  at.workspace.commit({
    ...common,
    changes: [{ kind: 'remove', object: 'LESSON', key: 'L-20261121-001' }],
  });
}

t.test('other forms of a graph', async (t) => {
  const at = place(t.testdir());
  t.match(
    (await callForText(at, ['impact', 'SOUL.md', '--format', 'mermaid'])).text,
    /^flowchart LR\n {2}n0\["SOUL\.md"\]:::protected/,
  );
  t.match(
    (await callForText(at, ['graph', '--format', 'dot'])).text,
    /^digraph workspace \{[\s\S]*"AGENTS\.md" -> "SOUL\.md" \[label="REFERENCES"\];[\s\S]*\n\}\n$/,
  );
  t.match(JSON.parse((await callForText(at, ['graph', '--format', 'json'])).text), {
    schema: 1,
    ok: true,
    cycles: [],
  });
  t.match(await callForText(at, ['graph', '--format', 'png']), {
    exit: 2,
    text: /Allowed choices/,
  });
  t.match((await callForText(at, ['graph'])).text, /^\d+ edges between \d+ files/);
});

t.test('tables fit the terminal', async (t) => {
  const at = place(t.testdir());
  for (const width of [40, 80, 120]) {
    const { text } = await callForText(
      at,
      [
        'query',
        "SELECT path, tier, sha256, 'a long text in words that has to be broken into lines' AS words FROM files LIMIT 5",
      ],
      { width },
    );
    t.ok(
      text.split('\n').every((line) => line.length <= width),
      `${width} columns`,
      { text },
    );
  }
});

t.test('a page that only its owner changes has no commit, but a signature', async (t) => {
  t.match(
    (await callForText(place(t.testdir()), ['history', 'SOUL.md'])).text,
    /^SOUL\.md is a protected page: .* It was last signed at 2026-11-21 \d\d:30; nocturne as-of/m,
  );
});
