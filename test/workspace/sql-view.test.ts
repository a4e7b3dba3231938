import t, { type Test } from 'tap';
import type { NocturneError } from '../../src/kernel/error.js';
import type { Rec } from '../../src/markdown/types.js';
import { openSnapshot } from '../../src/workspace/snapshot.js';
import { openSqlView, tableName } from '../../src/workspace/sql-view.js';
import type { Snapshot } from '../../src/workspace/types.js';
import { SMALL } from '../registry/small-registry.js';
import { errorOf } from './one-project.js';

const FILES = {
  'REGISTRY.md': SMALL,
  'TASKS.md':
    '# T\n\n## Tasks\n\n| Slug | Status | Rank |\n|---|---|---|\n| a | open | 3 |\n| b | done | - |\n| c | open | many |\n\n[a plan](PLANS/a/PLAN.md#top) [gone](PLANS/z/PLAN.md) <b> [web](https://example.org)\n',
  'NOTES.md': '# N\n\n## Inbox\n\n### N-1 First\n\n- **Other:** x\n\nThe body.\n',
  PLANS: {
    a: { 'PLAN.md': '---\ngoal:\n  text: Ship it\n  due: 2026-12-01\nextra: [1, two]\n---\n' },
  },
  audit: {
    'LOG.md': '# L\n\n## Log\n\n| Seq | What | Chain |\n|---|---|---|\n| 1 | it\\|s | abc |\n',
  },
};

function snapshotOf(t: Pick<Test, 'testdir'>): Snapshot {
  return openSnapshot(t.testdir(FILES), { now: new Date('2026-11-21T00:00:00Z') });
}

t.test('each object is a table, with key, file and line', async (t) => {
  const view = snapshotOf(t).sql();
  t.same(
    view.query('SELECT * FROM task ORDER BY line').rows,
    [
      { key: 'a', slug: 'a', status: 'open', rank: 3, greeted: null, file: 'TASKS.md', line: 7 },
      { key: 'b', slug: 'b', status: 'done', rank: null, greeted: null, file: 'TASKS.md', line: 8 },
      {
        key: 'c',
        slug: 'c',
        status: 'open',
        rank: 'many',
        greeted: null,
        file: 'TASKS.md',
        line: 9,
      },
    ],
    'an empty cell is NULL, what is no number stays text',
  );
  t.same(
    view.query('SELECT * FROM plan').rows,
    [{ key: 'a', goal_text: 'Ship it', goal_due: '2026-12-01', file: 'PLANS/a/PLAN.md', line: 1 }],
    'dots are underscores',
  );
  t.same(view.query('SELECT key, id, body FROM note').rows, [
    { key: 'N-1', id: 'N-1', body: 'The body.' },
  ]);
  t.same(
    view.query('SELECT seq, what, typeof(seq) AS type FROM log').rows,
    [{ seq: 1, what: 'it|s', type: 'integer' }],
    'cell escapes are undone',
  );
  t.same(
    view.query("SELECT line / 2 AS half, 'row ' || rank AS text FROM task WHERE key = 'a'").rows,
    [{ half: 3, text: 'row 3' }],
    'whole numbers are whole numbers',
  );
  t.equal(tableName('NOTIFICATION-ARCHIVE'), 'notification_archive');
});

t.test('files, links, edges, routes and fields are tables too', async (t) => {
  const view = snapshotOf(t).sql();
  t.same(
    view.query(
      "SELECT path, tier, object FROM files WHERE path LIKE 'audit/%' OR path = 'REGISTRY.md' ORDER BY path",
    ).rows,
    [
      { path: 'REGISTRY.md', tier: 'STANDARD', object: null },
      { path: 'audit/LOG.md', tier: 'APPEND', object: 'LOG' },
    ],
  );
  t.match(view.query("SELECT size, sha256 FROM files WHERE path = 'NOTES.md'").rows, [
    { size: FILES['NOTES.md'].length, sha256: /^[0-9a-f]{64}$/ },
  ]);
  t.same(view.query('SELECT * FROM links').rows, [
    { file: 'TASKS.md', line: 11, target: 'PLANS/a/PLAN.md#top', resolved: 1 },
    { file: 'TASKS.md', line: 11, target: 'PLANS/z/PLAN.md', resolved: 0 },
    { file: 'TASKS.md', line: 11, target: 'https://example.org', resolved: null },
  ]);
  t.match(view.query('SELECT source, kind, target FROM edges').rows, [
    { source: 'BUNDLE:finish', kind: 'WRITES', target: 'OBJECT:TASK' },
  ]);
  t.match(view.query('SELECT pattern, tier, bundle FROM routes').rows, [
    { pattern: 'TASKS.md', bundle: 'finish,open_task' },
    { pattern: 'audit/**', tier: 'APPEND', bundle: null },
  ]);
  t.same(
    view.query("SELECT object, key, value, file, line FROM fields WHERE field = 'extra'").rows,
    [{ object: 'PLAN', key: 'a', value: '[1,"two"]', file: 'PLANS/a/PLAN.md', line: 5 }],
    'lists are JSON, and fields that R2 does not declare are there',
  );
});

t.test('the links of a long log are those of a short one', async (t) => {
  const linksWith = (rows: number): readonly unknown[] => {
    const padding = '| 3 | no link |\n'.repeat(rows);
    const log = `# L\n\nAs [the plan](../PLANS/a/PLAN.md) says.\n\n## Log\n\n| Seq | What |\n|---|---|\n| 1 | [[NOTES]] and [gone](gone.md) |\n| 2 | \`[code](NOTES.md)\` |\n${padding}`;
    const root = t.testdir({ ...FILES, audit: { 'LOG.md': log } });
    const snapshot = openSnapshot(root, { now: new Date('2026-11-21T00:00:00Z') });
    const asked = "SELECT * FROM links WHERE file = 'audit/LOG.md' ORDER BY line, target";
    return snapshot.sql().query(asked).rows;
  };
  const short = linksWith(1);
  t.match(short, [
    { line: 3, target: '../PLANS/a/PLAN.md', resolved: 1 },
    { line: 9, target: 'NOTES', resolved: 1 },
    { line: 9, target: 'gone.md', resolved: 0 },
  ]);
  t.same(linksWith(100_000), short);
});

t.test('of many rows, the first are kept and all are counted', async (t) => {
  const view = snapshotOf(t).sql();
  t.same(view.first('SELECT slug FROM task ORDER BY slug', 2), {
    columns: ['slug'],
    rows: [{ slug: 'a' }, { slug: 'b' }],
    count: 3,
  });
});

t.test('a table is filled when a query names it first, and once', async (t) => {
  const snapshot = snapshotOf(t);
  const asked: string[] = [];
  const rows = (object: string): Iterable<Rec> => {
    asked.push(object);
    return snapshot.rows(object);
  };
  const view = openSqlView({ ...snapshot, rows });
  t.same(asked, []);
  view.query('SELECT 1');
  t.same(asked, []);
  view.query('SELECT "key" FROM "TASK" JOIN [plan] USING (key)');
  t.same(asked, ['TASK', 'PLAN']);
  view.query('SELECT count(*) FROM task');
  t.same(asked, ['TASK', 'PLAN']);
  t.same(
    view.tables().map((table) => table.name),
    ['task', 'plan', 'note', 'log', 'greeting', 'files', 'links', 'edges', 'routes', 'fields'],
  );
  t.match(view.tables()[0], {
    name: 'task',
    columns: ['key', 'slug', 'status', 'rank', 'greeted', 'file', 'line'],
    rows: 3,
  });
  view.close();
});

t.test('each query sees the columns that it reads, whichever query came before', async (t) => {
  const view = snapshotOf(t).sql();
  t.same(view.query("SELECT key FROM task WHERE status = 'done'").rows, [{ key: 'b' }]);
  t.same(view.query('SELECT max(RANK) AS rank FROM task').rows, [{ rank: 'many' }]);
  t.same(view.query("SELECT count(*) AS count FROM task WHERE slug = 'a'").rows, [{ count: 1 }]);
  t.same(view.query('SELECT count(*) AS count FROM task NATURAL JOIN (SELECT 3 AS rank)').rows, [
    { count: 1 },
  ]);
  t.same(view.query("SELECT path FROM files WHERE tier = 'STANDARD' AND size > 0 LIMIT 1").rows, [
    { path: 'NOTES.md' },
  ]);
  t.same(view.query("SELECT length(sha256) AS digits FROM files WHERE object = 'NOTE'").rows, [
    { digits: 64 },
  ]);
});

t.test('a query says its columns also when there is no row', async (t) => {
  t.same(snapshotOf(t).sql().query('SELECT key AS name, rank FROM task WHERE 0'), {
    columns: ['name', 'rank'],
    rows: [],
  });
});

t.test('comments may stand in front, and WITH and VALUES are queries', async (t) => {
  const view = snapshotOf(t).sql();
  for (const sql of [
    '-- why\nSELECT 1 AS n',
    '/* why */ SELECT 1 AS n',
    '/* a */ -- b\n /* c */\nselect 1 as n',
    'WITH x(n) AS (SELECT 1) SELECT n FROM x',
    '\n\t SELECT 1 AS n ;',
  ])
    t.same(view.query(sql).rows, [{ n: 1 }], sql);
  t.same(view.query('VALUES (1), (2)').rows.length, 2);
});

t.test('nothing but one query is run', async (t) => {
  const view = snapshotOf(t).sql();
  const refused: Readonly<Record<string, RegExp>> = {
    'DELETE FROM task': /only a SELECT/,
    "INSERT INTO task (key) VALUES ('x')": /only a SELECT/,
    'UPDATE task SET rank = 1': /only a SELECT/,
    'DROP TABLE task': /only a SELECT/,
    'CREATE TABLE x (y)': /only a SELECT/,
    "ATTACH DATABASE '/tmp/x.db' AS x": /only a SELECT/,
    "VACUUM INTO '/tmp/x.db'": /only a SELECT/,
    'PRAGMA writable_schema = 1': /only a SELECT/,
    BEGIN: /only a SELECT/,
    '': /only a SELECT/,
    '/* SELECT */ DELETE FROM task': /only a SELECT/,
    '-- SELECT\nDELETE FROM task': /only a SELECT/,
    'WITH x AS (SELECT 1) DELETE FROM task': /only a SELECT/,
    'WITH x AS (SELECT 1) INSERT INTO task (key) SELECT 1': /only a SELECT/,
    'SELECT 1; DELETE FROM task': /more than one statement/,
    "SELECT load_extension('/tmp/x.so')": /not authorized|no such function/,
    "SELECT writefile('/tmp/x', 'y')": /no such function/,
    'SELECT * FROM nowhere': /no such table: nowhere/,
    'SELECT nope FROM task': /no such column: nope/,
    'SELECT FROM WHERE': /syntax error/,
  };
  for (const [sql, says] of Object.entries(refused)) {
    const error: NocturneError = errorOf(() => view.query(sql));
    t.match(error, { code: 'BAD_QUERY', message: says }, sql);
    t.ok(error.hint !== undefined, 'and says what can be done');
  }
  t.same(view.query('SELECT count(*) AS n FROM task').rows, [{ n: 3 }], 'and nothing was changed');
});

t.test('now is the time of the snapshot', async (t) => {
  const view = snapshotOf(t).sql();
  t.same(view.query("SELECT datetime('now') AS a, strftime('%Y', 'now') AS b, 'now' AS c").rows, [
    { a: '2026-11-21 00:00:00', b: '2026', c: 'now' },
  ]);
});
