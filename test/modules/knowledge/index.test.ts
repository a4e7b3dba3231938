import { renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import t from 'tap';
import { openKnowledge, readMeta, remake } from '../../../src/modules/knowledge/store/database.js';
import type { Embedder } from '../../../src/modules/knowledge/embedders/embedder.js';
import { indexFiles } from '../../../src/modules/knowledge/store/index-files.js';
import { indexVectors, nextSize } from '../../../src/modules/knowledge/store/index-vectors.js';
import { indexPath } from '../../../src/modules/knowledge/operations/open-index.js';
import { contentOf, knowledgePlace, NOTES } from './knowledge-place.js';

t.setTimeout(120_000);

/** Counts what it is asked for; a vector is made of the text's length and letters. */
function counting(model = 'counting', dimensions = 8): Embedder & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    kind: 'transformers',
    model,
    dimensions,
    asked,
    close: async () => undefined,
    embed: async (texts) =>
      texts.map((text) => {
        asked.push(text);
        return Float32Array.from({ length: dimensions }, (_, i) =>
          Math.sin(text.length + (text.charCodeAt(i) || 0)),
        );
      }),
  };
}

t.test('only what changed is indexed, and only new text is embedded', async (t) => {
  const place = knowledgePlace(t.testdir());
  const embedder = counting();
  const run = async (): Promise<readonly [readonly string[], readonly string[], number]> => {
    const before = embedder.asked.length;
    const { changed, removed } = indexFiles(place.db, place.workspace.snapshot());
    await indexVectors(place.db, embedder);
    return [changed, removed, embedder.asked.length - before];
  };
  t.ok((await run())[0].length > 20);
  t.same(await run(), [[], [], 0], 'nothing changed');
  place.write(
    'notes/licences.md',
    `${NOTES['notes/licences.md'] ?? ''}\n## New\n\nOne more passage.\n`,
  );
  t.same(await run(), [['notes/licences.md'], [], 1], 'one passage more');
  renameSync(join(place.root, 'notes/backup.md'), join(place.root, 'notes/renamed.md'));
  t.same(
    await run(),
    [['notes/renamed.md'], ['notes/backup.md'], 0],
    'a renamed file keeps its vectors',
  );
  place.write('notes/copy.md', NOTES['notes/licences.md'] ?? '');
  t.same(await run(), [['notes/copy.md'], [], 0], 'so does a copy');
  rmSync(join(place.root, 'notes/copy.md'));
  t.same(await run(), [[], ['notes/copy.md'], 0]);
  t.equal(
    place.db.prepare("SELECT count(*) FROM words WHERE words MATCH 'copyleft'").pluck().get(),
    1,
    'nothing is left of what was deleted',
  );
  const later = new Date(Date.now() + 5000);
  utimesSync(join(place.root, 'notes/renamed.md'), later, later);
  t.same(await run(), [[], [], 0], 'another time, the same content');
  writeFileSync(
    join(place.root, 'notes/renamed.md'),
    (NOTES['notes/backup.md'] ?? '').replace('second disk', 'third disk!'),
  );
  utimesSync(join(place.root, 'notes/renamed.md'), later, later);
  t.same((await run())[0], ['notes/renamed.md'], 'the same size and time, another content');
  const fresh = openKnowledge(join(t.testdirName, 'fresh.db'));
  indexFiles(fresh, place.workspace.snapshot());
  await indexVectors(fresh, counting());
  t.same(contentOf(place.db), contentOf(fresh), 'as if made at once');
});

t.test('another model makes all vectors anew, and says so', async (t) => {
  const place = knowledgePlace(t.testdir());
  indexFiles(place.db, place.workspace.snapshot());
  const first = await indexVectors(place.db, counting('one'));
  t.equal(first.replaced, undefined);
  const second = await indexVectors(place.db, counting('two', 16));
  t.same([second.replaced, second.embedded, second.pending], ['one', first.embedded, 0]);
  t.same(
    [
      readMeta(place.db, 'model'),
      readMeta(place.db, 'dimensions'),
      place.db.prepare('SELECT DISTINCT length(vector) FROM vectors').pluck().all(),
    ],
    ['two', '16', [64]],
  );
});

t.test('what is stopped goes on where it was', async (t) => {
  const place = knowledgePlace(t.testdir());
  const ending = new AbortController();
  t.throws(
    () =>
      indexFiles(place.db, place.workspace.snapshot(), {
        signal: ending.signal,
        onProgress: (done) => done === 5 && ending.abort(new Error('stop')),
      }),
    /stop/,
  );
  t.equal(place.db.prepare('SELECT count(*) FROM files').pluck().get(), 5);
  indexFiles(place.db, place.workspace.snapshot());
  const again = new AbortController();
  const embedder = counting();
  await t.rejects(
    indexVectors(place.db, embedder, {
      signal: again.signal,
      onProgress: (done) => done >= 64 && again.abort(new Error('stop')),
    }),
    /stop/,
  );
  const before = embedder.asked.length;
  t.ok(before >= 64 && before < 300, `${before} were asked for`);
  const { embedded, pending } = await indexVectors(place.db, embedder);
  t.same(
    [embedder.asked.length, pending, new Set(embedder.asked).size],
    [embedded + before, 0, embedded + before],
    'no passage twice',
  );
  const { pending: left } = await indexVectors(place.db, counting('slow'), { withinMs: 0 });
  t.ok(left > 0, 'no time: all are pending');
});

t.test('a batch is as large as takes half a second, growing by steps', (t) => {
  for (const [size, took, next] of [
    [16, 2, 64],
    [64, 5, 256],
    [256, 20, 512],
    [512, 100, 512],
    [64, 1000, 32],
    [16, 60_000, 16],
    [200, 500, 200],
  ] as const)
    t.equal(nextSize(size, took), next, `after ${size} in ${took} ms`);
  t.end();
});

t.test(
  'junk, other encodings, empty and large files are no hindrance; logs, drops and quarantine are not knowledge',
  async (t) => {
    const place = knowledgePlace(t.testdir());
    place.write(
      'notes/junk.md',
      Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 31) % 256)),
    );
    place.write('notes/latin.md', Buffer.from('# Caf\xe9\n\nDas Geb\xe4ude ist hoch.\n', 'latin1'));
    place.write('notes/empty.md', '');
    place.write(
      'notes/windows.md',
      '\ufeff# Fenster\r\n\r\nEin Absatz mit Wagenr\u00fccklauf.\r\n',
    );
    place.write('notes/large.md', `# Large\n\n${'abcdefghij'.repeat(300_000)}\n\nneedleword\n`);
    place.write('inbox/drop.md', '# xylophone\n');
    place.write('inbox/quarantine/M-1.md', '---\nchannel: a\n---\nxylophone\n');
    await place.index('none');
    for (const word of ['hoch', 'Wagenrucklauf', 'needleword'])
      t.equal((await place.ask(`${word} path:notes/`)).hits.length, 1, word);
    t.same((await place.ask('xylophone')).hits, [], 'nobody admitted those');
    t.equal(
      place.db
        .prepare(
          "SELECT count(*) FROM files WHERE path LIKE 'audit/%LOG%' OR path = 'INTEGRITY-MANIFEST.md'",
        )
        .pluck()
        .get(),
      0,
    );
  },
);

t.test('others read while it is written, and see one state of each file', async (t) => {
  const place = knowledgePlace(t.testdir());
  await place.index('none');
  const reader = openKnowledge(indexPath(place.root), { readonly: true });
  const all = reader.prepare('SELECT count(*) FROM chunks').pluck().get();
  place.write('notes/licences.md', '# Licences\n\nOne.\n\n## Two\n\nTwo.\n');
  const seen: unknown[] = [];
  indexFiles(place.db, place.workspace.snapshot(), {
    onProgress: () =>
      seen.push(
        reader
          .prepare("SELECT count(*) FROM chunks WHERE path = 'notes/licences.md'")
          .pluck()
          .get(),
      ),
  });
  t.ok(typeof all === 'number' && all > 20);
  t.same([...new Set(seen)], [4, 2], 'all that was there, then all that is');
  reader.close();
});

t.test('a file of an older version is made anew, something else is named', async (t) => {
  const place = knowledgePlace(t.testdir());
  await place.index('none');
  place.db.pragma('user_version = 1');
  place.db.close();
  const again = openKnowledge(indexPath(place.root));
  t.equal(again.prepare('SELECT count(*) FROM chunks').pluck().get(), 0);
  indexFiles(again, place.workspace.snapshot());
  remake(again);
  t.equal(again.prepare('SELECT count(*) FROM files').pluck().get(), 0);
  again.close();
  writeFileSync(
    join(t.testdirName, 'text.db'),
    'this is no database, but long enough to look like one '.repeat(100),
  );
  t.throws(() => openKnowledge(join(t.testdirName, 'text.db')), { code: 'STORAGE' });
  t.throws(() => openKnowledge(join(t.testdirName, 'missing.db'), { readonly: true }), {
    code: 'NOT_FOUND',
  });
  t.ok(new Database(indexPath(place.root)).open);
});
