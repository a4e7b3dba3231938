/** A snapshot that takes hashes, records and query answers from the cache if it can. */
import { sha256 } from '../kernel/hash.js';
import type { Rec } from '../markdown/types.js';
import { locateIn } from './address.js';
import { columnsIn, tablesIn } from './asked-columns.js';
import type { ContentCache } from './cache.js';
import { hourOf } from './file-stat.js';
import { decodeRecords } from './cached-records.js';
import { inOrder } from './log-records.js';
import { isLongLog } from './log-windows.js';
import { FILES_COLUMNS, FIXED_TABLES, openSqlView, tableName } from './sql-view.js';
import type { Snapshot, SqlView } from './types.js';

type Answer = ReturnType<SqlView['query']>;

/** `askedChance`: whether a query used random values. */
export type CachedSnapshot = { readonly snapshot: Snapshot; readonly askedChance: () => boolean };

/** `now` in SQLite, which is also the default of time functions. */
const CLOCK =
  /['"]now['"]|\bcurrent_(?:date|time|timestamp)\b|\b(?:date|time|datetime|julianday|unixepoch)\s*\(\s*\)|\bstrftime\s*\([^,]*\)/i;
const CHANCE = /\brandom(?:blob)?\s*\(/i;

export function cachedSnapshot(snapshot: Snapshot, cache: ContentCache): CachedSnapshot {
  const inFile = new Map<string, readonly Rec[]>();
  const ofObject = new Map<string, readonly Rec[]>();
  const byKey = new Map<string, ReadonlyMap<string, Rec>>();
  let view: SqlView | undefined;
  let chance = false;
  const cachedRecords = (file: string, object: string): readonly Rec[] | undefined => {
    const text = cache.records(file, object);
    return text === undefined ? undefined : decodeRecords(text, { object, file });
  };
  const recordsIn = (path: string, object: string): readonly Rec[] =>
    once(
      inFile,
      `${object}\0${path}`,
      () => cachedRecords(path, object) ?? snapshot.recordsIn(path, object),
    );
  const records = (object: string): readonly Rec[] =>
    once(ofObject, object, () =>
      snapshot.filesOf(object).flatMap((path) => recordsIn(path, object)),
    );
  const own: Snapshot = {
    ...snapshot,
    hash: (path) => cache.hash(path) ?? snapshot.hash(path),
    recordsIn,
    records,
    rows: (object, options) =>
      snapshot.filesOf(object).some((path) => isLongLog(snapshot, path))
        ? snapshot.rows(object, options)
        : inOrder(records(object), options),
    record: (object, key) =>
      once(
        byKey,
        object,
        () => new Map([...records(object)].reverse().map((record) => [record.key, record])),
      ).get(key),
    locate: (address) => locateIn(own, address),
    sql: () => {
      view ??= cachedView(own, {
        cache,
        onChance: () => {
          chance = true;
        },
      });
      return view;
    },
  };
  return { snapshot: own, askedChance: () => chance };
}

/** Reuses the answer of a query if its tables have not changed. */
function cachedView(
  snapshot: Snapshot,
  { cache, onChance }: { readonly cache: ContentCache; readonly onChance: () => void },
): SqlView {
  let view: SqlView | undefined;
  const opened = (): SqlView => (view ??= openSqlView(snapshot));
  const digests = new Map<string, string | undefined>();
  const digestOf = (table: string, sql: string): string | undefined => {
    const asked = table === 'files' ? columnsIn(sql, FILES_COLUMNS) : [];
    return once(digests, `${table} ${asked.join()}`, () =>
      tableDigest(snapshot, cache, { table, asked }),
    );
  };
  const names = [...FIXED_TABLES, ...[...snapshot.schema.objects.keys()].map(tableName)];
  return {
    query(sql, others) {
      const chance = CHANCE.test(sql);
      if (chance) onChance();
      const parts = [
        ...tablesIn(sql, names).map((name) => digestOf(name, sql)),
        CLOCK.test(sql) ? hourOf(new Date()) : '',
      ];
      const digest = chance || parts.includes(undefined) ? undefined : parts.join(' ');
      const cachedAnswer = digest === undefined ? undefined : cache.answer(sql, digest);
      if (cachedAnswer !== undefined) return JSON.parse(cachedAnswer) as Answer;
      const answer = opened().query(sql, others);
      if (digest !== undefined) cache.keepAnswer(sql, { digest, answer: JSON.stringify(answer) });
      return answer;
    },
    first: (sql, most) => opened().first(sql, most),
    tables: () => opened().tables(),
    close: () => view?.close(),
  };
}

/**
 * Digest of everything in a table; `undefined` if the cache lacks a part. Of `files`, only the
 * columns that are `asked` for: paths rarely change, but hashes do with each edit.
 */
function tableDigest(
  snapshot: Snapshot,
  cache: ContentCache,
  { table, asked }: { readonly table: string; readonly asked: readonly string[] },
): string | undefined {
  const { files, schema } = snapshot;
  if (table === 'links') return cache.digest('content');
  if (table === 'files') {
    // Tier and objects follow from the path.
    const lines = asked.includes('size')
      ? Array.from(files.values(), ({ path, size }) => `${path}\0${size}`)
      : [...files.keys()];
    return sha256(
      `${lines.join('\n')}\n${asked.includes('sha256') ? cache.digest('content') : ''}`,
    );
  }
  const objects = [...schema.objects.keys()].filter(
    (object) => table === 'fields' || tableName(object) === table,
  );
  if (!objects.every((object) => snapshot.filesOf(object).every(cache.isKnown))) return undefined;
  return sha256(objects.map((object) => cache.digest(recordsPart(object))).join('\n'));
}

/** The part of a file's facts that has its records, with their places. */
export function recordsPart(object: string): string {
  return `records ${object}`;
}

function once<T>(cache: Map<string, T>, key: string, compute: () => T): T {
  const cached = cache.get(key);
  if (cached !== undefined || cache.has(key)) return cached as T;
  const value = compute();
  cache.set(key, value);
  return value;
}
