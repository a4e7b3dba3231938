import {
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import Database from 'better-sqlite3';
import t from 'tap';
import { decodeFacts, encodeFacts } from '../../src/validate/facts-text.js';
import { fileFacts } from '../../src/validate/file-facts.js';
import { governedFile } from '../../src/validate/governed-file.js';
import { cachedFacts } from '../../src/validate/cached-facts.js';
import { resultKey } from '../../src/validate/cached-result.js';
import { validateCached } from '../../src/validate/cached-validation.js';
import { FILE_RULES } from '../../src/validate/rules.js';
import { type Validation, validate } from '../../src/validate/validate-snapshot.js';
import { routeOf } from '../../src/registry/route.js';
import { claimPass } from '../../src/workspace/pass-lock.js';
import { fixedClock } from '../../src/kernel/clock.js';
import { openCache } from '../../src/workspace/cache.js';
import { isSettled, statText } from '../../src/workspace/file-stat.js';
import { decodeRecords, encodeRecords } from '../../src/workspace/cached-records.js';
import { openSnapshot } from '../../src/workspace/snapshot.js';
import type { FileEntry } from '../../src/workspace/types.js';
import { walk } from '../../src/workspace/walk.js';
import { makeWorkspace } from '../support/make-workspace.js';

const NOW = new Date('2026-11-21T01:30:00Z');
const BROKEN = '\nSee [that](nowhere-to-be-found.md).\n';
const FIXED = `${'\nSee [that](MODEL-TIERS.md)'.padEnd(BROKEN.length - 2)}.\n`;

type Told = { readonly found: Validation; readonly said: readonly string[] };

/**
 * As the command does it, with the files as old as `ago` says: what was written a moment ago is
 * never taken from the cache by its times alone.
 */
async function check(
  root: string,
  options: { readonly program?: string; readonly ago?: number } = {},
): Promise<Told> {
  const said: string[] = [];
  const snapshot = openSnapshot(root, {
    now: NOW,
    ...(options.ago === undefined ? {} : { files: aged(root, options.ago) }),
  });
  const found = await validateCached(snapshot, {
    program: options.program ?? 'test',
    outside: [],
    progress: (line) => said.push(line),
  });
  return { found, said };
}

/** The listing as it would be if everything had been written earlier. */
function aged(root: string, ago: number): ReadonlyMap<string, FileEntry> {
  return new Map(
    [...walk(root)].map(([path, entry]) => [path, { ...entry, ctimeMs: entry.ctimeMs - ago }]),
  );
}

const broken = (found: Validation): number =>
  found.diagnostics.filter((one) => one.rule === 'link-broken' && one.range.file === 'MEMORY.md')
    .length;

t.test('the answer is the same without a cache, with a new one and with a full one', async (t) => {
  const { root } = makeWorkspace(t.testdir());
  writeFileSync(
    join(root, 'MEMORY.md'),
    `${readFileSync(join(root, 'MEMORY.md'), 'utf8')}${BROKEN}`,
  );
  const plain = await validate(openSnapshot(root, { now: NOW }));
  for (const ago of [undefined, undefined, 60_000, 60_000, 60_000])
    t.strictSame((await check(root, ago === undefined ? {} : { ago })).found, plain);
  rmSync(join(root, '.nocturne'), { recursive: true });
  t.strictSame((await check(root)).found, plain);
  t.ok(existsSync(join(root, '.nocturne/cache.db')));
});

t.test('a change of the same size with the old time of writing put back is found', async (t) => {
  const { root } = makeWorkspace(t.testdir());
  const path = join(root, 'MEMORY.md');
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, text + FIXED);
  const { atime, mtime, size } = statSync(path);
  t.equal(broken((await check(root, { ago: 60_000 })).found), 0);
  t.equal(broken((await check(root, { ago: 60_000 })).found), 0);
  writeFileSync(path, text + BROKEN);
  utimesSync(path, atime, mtime);
  t.equal(statSync(path).size, size);
  t.equal(broken((await check(root, { ago: 60_000 })).found), 1, 'the time of change says it');
});

t.test('two changes within one tick of the clock are two changes', async (t) => {
  const { root } = makeWorkspace(t.testdir());
  const path = join(root, 'MEMORY.md');
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, text + FIXED);
  const files = walk(root);
  const settings = { program: 'test', outside: [], progress: () => undefined };
  t.equal(broken(await validateCached(openSnapshot(root, { now: NOW, files }), settings)), 0);
  writeFileSync(path, text + BROKEN);
  // The same listing: as if size and all times were the same.
  t.equal(broken(await validateCached(openSnapshot(root, { now: NOW, files }), settings)), 1);
});

t.test('a cache that cannot be read is made anew, and that is said', async (t) => {
  const { root } = makeWorkspace(t.testdir());
  const plain = (await check(root)).found;
  const path = join(root, '.nocturne/cache.db');
  for (const damage of [
    Buffer.from('not a database at all, and long enough to be looked at as one'),
    Buffer.concat([
      readFileSync(path).subarray(0, 8192),
      Buffer.alloc(readFileSync(path).length - 8192, 7),
    ]),
  ]) {
    writeFileSync(path, damage);
    // On a slow machine the whole result is known by now, and nobody looks at the cache.
    rmSync(join(root, '.nocturne/validation.json'), { force: true });
    const { found, said } = await check(root);
    t.strictSame(found, plain);
    t.match(said.join('\n'), /rebuilding \S*cache\.db: /);
    t.strictSame((await check(root)).said, [], 'and is one again');
  }
});

t.test('where nothing can be kept the answer is the same', async (t) => {
  const { root } = makeWorkspace(t.testdir());
  const plain = await validate(openSnapshot(root, { now: NOW }));
  mkdirSync(join(root, '.nocturne/cache.db'));
  const { found, said } = await check(root);
  t.strictSame(found, plain);
  t.match(said.join('\n'), /the cache cannot be used/);
});

t.test('what depends on the time is looked at every time', async (t) => {
  const { root, workspace } = makeWorkspace(t.testdir());
  claimPass(root, workspace.state, {
    runId: 'RUN-20261121-001',
    role: 'worker',
    ttlMs: 60_000,
    clock: fixedClock(NOW),
  });
  await check(root, { ago: 60_000 });
  t.notOk(existsSync(join(root, '.nocturne/validation.json')));
  rmSync(join(root, '.nocturne/pass.lock'));
  await check(root, { ago: 60_000 });
  t.ok(existsSync(join(root, '.nocturne/validation.json')));
});

t.test('queries may ask for the time: what was kept is believed within the hour', async (t) => {
  const { root } = makeWorkspace(t.testdir());
  const key = (at: string) =>
    resultKey(
      { root, files: aged(root, 60_000) },
      { program: 'test', outside: [], now: Date.parse(at) },
    );
  const [early, late, next] = [
    '2126-11-21T01:00:00Z',
    '2126-11-21T01:59:59Z',
    '2126-11-21T02:00:00Z',
  ].map(key);
  t.type(early, 'string');
  t.equal(early, late);
  t.not(early, next);
});

t.test(
  'an answer of a query is kept as long as its tables hold the same, and not at all when it is up to chance',
  async (t) => {
    const { root } = makeWorkspace(t.testdir());
    const asked = (
      sql: string,
    ): { readonly value: unknown; readonly chance: boolean; readonly kept: number } => {
      const cache = openCache(openSnapshot(root, { now: NOW }), {
        key: 'test',
        progress: () => undefined,
      });
      let kept = 0;
      const counted = {
        ...cache,
        keepAnswer: (
          query: string,
          answer: { readonly digest: string; readonly answer: string },
        ) => {
          kept++;
          cache.keepAnswer(query, answer);
        },
      };
      const facts = cachedFacts(openSnapshot(root, { now: NOW }), counted);
      for (const path of facts.snapshot.files.keys())
        if (facts.get(path) === undefined) {
          const file = governedFile(
            facts.snapshot,
            path,
            routeOf(facts.snapshot.schema, path).tier,
          );
          if (file !== undefined) facts.put(path, fileFacts(file, FILE_RULES));
        }
      const value = Object.values(facts.snapshot.sql().query(sql).rows[0] ?? {})[0];
      cache.close();
      return { value, chance: facts.askedChance(), kept };
    };
    const minutes = "SELECT max_minutes FROM model_tier WHERE tier = 'standard'";
    const before = asked(minutes);
    t.strictSame(asked(minutes), { ...before, kept: 0 }, 'the second time it is known');
    const path = join(root, 'MODEL-TIERS.md');
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, `${text}\nOne more line.\n`);
    t.equal(asked(minutes).kept, 0, 'a file is another, its records are the same');
    writeFileSync(path, text.replace(`| ${String(before.value)} |`, '| 77 |'));
    t.strictSame(asked('SELECT count(*) FROM model_tier WHERE max_minutes = 77').value, 1);
    t.equal(asked('SELECT count(*) FROM files').kept, 1);
    const files = asked('SELECT count(*) FROM files').value;
    writeFileSync(join(root, 'memory/more.md'), 'more\n');
    t.equal(asked('SELECT count(*) FROM files').value, Number(files) + 1);
    t.match(asked('SELECT random()'), { chance: true, kept: 0 });
    for (const sql of ["SELECT julianday('now')", 'SELECT i.time FROM invocation i'])
      t.match([asked(sql).kept, asked(sql)], [1, { chance: false, kept: 0 }], sql);
  },
);

t.test('another program does not believe what this one kept', async (t) => {
  const { root } = makeWorkspace(t.testdir());
  await check(root, { ago: 60_000 });
  const before = readFileSync(join(root, '.nocturne/validation.json'), 'utf8');
  await check(root, { program: 'another', ago: 60_000 });
  t.not(readFileSync(join(root, '.nocturne/validation.json'), 'utf8'), before);
});

t.test('records and facts of every shipped file survive being kept', async (t) => {
  const { root } = makeWorkspace(t.testdir());
  const snapshot = openSnapshot(root, { now: NOW });
  let records = 0;
  for (const path of snapshot.files.keys()) {
    for (const { object } of snapshot.objectsOf(path)) {
      const read = snapshot.recordsIn(path, object);
      const kept = decodeRecords(encodeRecords(read) ?? '[]', { object, file: path });
      t.strictSame(
        kept.map((one) => ({ ...one, fields: [...one.fields] })),
        read.map((one) => ({ ...one, fields: [...one.fields] })),
        `${path} ${object}`,
      );
      for (const [i, one] of kept.entries())
        for (const name of read[i]?.fields.keys() ?? [])
          if (
            !one.fields.has(name) ||
            !isDeepStrictEqual(one.fields.get(name), read[i]?.fields.get(name))
          )
            t.fail(`${path} ${name}`);
      records += read.length;
    }
    const file = governedFile(snapshot, path, routeOf(snapshot.schema, path).tier);
    if (file === undefined) continue;
    const facts = fileFacts(file, FILE_RULES);
    const decoded = decodeFacts(path, encodeFacts(path, facts));
    for (const part of Object.keys(facts) as (keyof typeof facts)[])
      t.strictSame(decoded[part], JSON.parse(JSON.stringify(facts[part])), `${path} ${part}`);
  }
  t.ok(records > 50);
});

t.test('numbers that JSON does not have are not kept', async (t) => {
  const range = { file: 'x.md', line: 1, column: 1, endLine: 1, endColumn: 2 };
  const record = (data: unknown) => ({
    object: 'X',
    key: 'k',
    file: 'x.md',
    fields: new Map([['a', { raw: 'x', value: 'x', start: 0, end: 1, range, data }]]),
    range,
    start: 0,
    end: 1,
  });
  for (const data of [Number.NaN, [Number.POSITIVE_INFINITY], { a: -0 }, new Map(), undefined])
    t.equal(encodeRecords([record(data)]), undefined);
  for (const data of [null, [], {}, [1, 'a', { b: [true, null] }]])
    t.not(encodeRecords([record(data)]), undefined);
});

t.test('what was changed within the last tick of the clock is not settled', async (t) => {
  const entry = {
    path: 'x',
    size: 1,
    mtimeMs: 0,
    ctimeMs: 10_000,
    ino: 1,
    mode: 0,
    kind: 'file',
    links: 1,
  } as const;
  t.notOk(isSettled(entry, 10_000));
  t.notOk(isSettled(entry, 12_000));
  t.notOk(isSettled(entry, 9_000), 'from the future');
  t.ok(isSettled(entry, 20_000));
  t.not(statText(entry), statText({ ...entry, ctimeMs: 10_001 }));
});

t.test('a cache into which another process writes is passed over', (t) => {
  const { root } = makeWorkspace(t.testdir());
  const snapshot = openSnapshot(root, { now: NOW });
  const options = { key: 'test', progress: (line: string) => t.fail(line) };
  const path = 'SOUL.md';
  const first = openCache(snapshot, options);
  const hash = snapshot.hash(path) ?? '';
  const records = new Map([['SOUL', '[]']]);
  first.put(path, { facts: '{}', records, hash, count: 0, noted: false });
  first.keepWindow('audit/AUDIT-LOG.md', 'h', 'facts');
  first.close();
  const cache = openCache(snapshot, options);
  t.equal(cache.facts(path), '{}', 'what is in it');
  const other = new Database(join(root, '.nocturne/cache.db'));
  other.exec('BEGIN EXCLUSIVE');
  t.equal(cache.records(path, 'SOUL'), undefined);
  t.equal(cache.window('audit/AUDIT-LOG.md', 'h'), undefined);
  other.exec('COMMIT');
  other.close();
  cache.close();
  t.end();
});
