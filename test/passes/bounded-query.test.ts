import t from 'tap';
import { boundedQuery } from '../../src/tools/query.js';
import { makeWorkspace } from '../support/make-workspace.js';

t.setTimeout(120_000);

const { root, now } = makeWorkspace(t.testdir(), { unsigned: true });
const bounds = { now, signal: new AbortController().signal };
const ENDLESS = 'WITH c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) AS n FROM c';

t.test('a query is answered with its columns and rows', async (t) => {
  const { ok, text } = await boundedQuery(
    root,
    "SELECT path, tier FROM files WHERE path IN ('SOUL.md', 'NOTIFICATIONS.md') ORDER BY path",
    bounds,
  );
  t.ok(ok, text);
  t.same(JSON.parse(text), {
    columns: ['path', 'tier'],
    rows: [
      { path: 'NOTIFICATIONS.md', tier: 'STANDARD' },
      { path: 'SOUL.md', tier: 'PROTECTED' },
    ],
  });
});

t.test('what is wrong with a query is said in the words of SQLite', async (t) => {
  t.match(await boundedQuery(root, 'SELECT nope FROM files', bounds), {
    ok: false,
    text: /no such column: nope \(nocturne tables lists/,
  });
  t.match(await boundedQuery(root, 'DELETE FROM files', bounds), {
    ok: false,
    text: /only a SELECT/,
  });
  t.match(await boundedQuery(root, 'SELECT \0', bounds), { ok: false, text: /NUL/ });
  t.match(await boundedQuery(root, `SELECT ${' '.repeat(20_000)}1`, bounds), {
    ok: false,
    text: /20008 characters; at most 20000/,
  });
});

t.test('of many rows the first are given, and how many more there are', async (t) => {
  const { text } = await boundedQuery(root, 'SELECT f.path FROM fields, files f LIMIT 500', bounds);
  const { rows, more } = JSON.parse(text) as { rows: unknown[]; more: number };
  t.same([rows.length, more], [200, 300]);
});

t.test('a query without an end is stopped, whether it counts or returns rows', async (t) => {
  t.match(await boundedQuery(root, ENDLESS, { ...bounds, timeoutMs: 1500 }), {
    ok: false,
    text: /not done within 1.5 s and was stopped\. Ask for less/,
  });
  t.match(
    await boundedQuery(root, ENDLESS.replace('count(*) AS n', 'x'), {
      ...bounds,
      timeoutMs: 1500,
      memoryMb: 64,
    }),
    { ok: false, text: /needed more than 64 MB|was stopped/ },
  );
  t.match(
    await boundedQuery(root, 'SELECT count(*) FROM fields a, fields b, fields c, fields d', {
      ...bounds,
      timeoutMs: 1500,
    }),
    { ok: false, text: /was stopped/ },
  );
});

t.test('when the pass is stopped, so is its query', async (t) => {
  const stop = new AbortController();
  const answer = boundedQuery(root, ENDLESS, { now, signal: stop.signal, timeoutMs: 100_000 });
  stop.abort();
  t.match(await answer, { ok: false, text: 'The pass was stopped.' });
});
