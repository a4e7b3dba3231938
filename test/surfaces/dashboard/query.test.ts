/** The page Query: rows with numbers at the right, SQLite's complaint at its place, an end. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { SpareProcess } from '../../../src/surfaces/cli/spare-process.js';
import { query } from '../../../src/surfaces/dashboard/pages/query/query.js';
import { pagesOf, textOfHtml } from '../../support/page-of.js';
import { makeWorkspace } from '../../support/make-workspace.js';
import { callCommand, contextFor } from '../cli/run-cli.js';

t.setTimeout(120_000);

t.test('a query is answered beside the tables, with at most 200 rows', async (t) => {
  const pages = pagesOf(t, makeWorkspace(t.testdir()));
  const ask = (sql: string): Promise<string> => pages.of(query, { query: { sql } });
  await pages.of(query);
  await pages.settled();
  const page = await ask('SELECT path, size FROM files ORDER BY path LIMIT 3');
  t.match(
    textOfHtml(page),
    /3 rows in \d+\.\d\d s Rows of the query path size ACTIVE-PROJECTS\.md \d+ /,
  );
  t.match(page, /<td class="number">\d+<\/td>/, 'numbers stand at the right');
  t.match(textOfHtml(page), /Tables .*files \d+ path tier object size sha256/);
  const many = await ask(
    'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) SELECT i FROM n',
  );
  t.match(textOfHtml(many), /200 of 1000 rows/);
  t.equal(many.match(/<td/g)?.length, 200);
  t.notMatch(await ask("SELECT '<img src=x>' AS a"), /<img/);
  t.match(textOfHtml(await ask('DELETE FROM files')), /only a SELECT is allowed/);
  t.match(textOfHtml(await ask('SELECT path FROM files WHERE 0')), /No rows \(columns: path\)/);
});

const BAD: readonly (readonly [sql: string, message: RegExp, line: number, column: number])[] = [
  ['SELECT slug FORM dispatch', /near "dispatch"/, 1, 18],
  ['SELECT slug\nFROM dispatch\nWHERE statsu = 1', /no such column: statsu/, 3, 7],
  ['SELECT 1 FROM nowhere', /no such table: nowhere/, 1, 15],
  ['SELECT 1 FROM files WHERE WHERE 1', /near "WHERE"/, 1, 27],
];

t.test('what SQLite does not understand is shown at its place', async (t) => {
  const place = makeWorkspace(t.testdir());
  for (const [sql, message, line, column] of BAD)
    t.match(
      await callCommand(place, ['query', sql]),
      { json: { error: { code: 'BAD_QUERY', message, line, column } } },
      sql,
    );
  const pages = pagesOf(t, place);
  const page = await pages.of(query, { query: { sql: BAD[1]?.[0] ?? '' } });
  t.match(page, /3 \| WHERE statsu = 1\n +\| {7}\^/);
});

t.test('a process that was started ahead', async (t) => {
  const place = makeWorkspace(t.testdir());
  const spare = new SpareProcess(contextFor(place, {}));
  const words = ['query', '--json', '--workspace', place.root, '--'];
  t.equal(spare.take(), undefined, 'is there when somebody may ask soon');
  spare.prepare();
  spare.prepare();
  const ready = spare.take();
  t.equal(spare.take(), undefined, 'carries out one command');
  writeFileSync(join(place.root, 'memory/later.md'), '# Later\n');
  const sql = "SELECT path FROM files WHERE path = 'memory/later.md'";
  ready?.stdin.end(JSON.stringify([...words, sql]));
  t.match(JSON.parse((await ready)?.stdout ?? ''), { rows: [{ path: 'memory/later.md' }] });
  spare.prepare();
  const forgotten = spare.take();
  forgotten?.stdin.end();
  t.match(await forgotten, { exitCode: 0, stdout: '' }, 'ends without a word');
});

t.test('one query after the other is answered', async (t) => {
  const pages = pagesOf(t, makeWorkspace(t.testdir()));
  const ask = (): Promise<string> => pages.of(query, { query: { sql: 'SELECT 41 + 1 AS n' } });
  await pages.of(query);
  t.match(await ask(), /<td class="number">42</);
  t.match(await ask(), /<td class="number">42</, 'also the next one');
});

t.test('a query without end is ended', async (t) => {
  const pages = pagesOf(t, makeWorkspace(t.testdir()));
  await pages.of(query);
  const began = performance.now();
  const sql = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT count(*) FROM n';
  const page = await pages.of(query, { query: { sql } });
  t.match(textOfHtml(page), /was not done within 10 s, and was ended/);
  t.ok(performance.now() - began < 15_000);
});
