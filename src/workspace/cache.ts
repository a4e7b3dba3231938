/**
 * What was computed from the contents of files, kept in `.nocturne/cache.db` so that it is not
 * computed again. Only speed is lost with it: what is kept for
 * a file is given out only while size, both times and inode are as they were, or the content has
 * the same hash; a file that cannot be read as a cache is made anew.
 */
import { join } from 'node:path';
import { createRequire } from 'node:module';
import type { Database } from 'better-sqlite3';
import { sha256 } from '../kernel/hash.js';
import { makeDirectory, removeIfThere } from './durable.js';
import { isSettled, statText } from './file-stat.js';
import { within } from './root-descriptor.js';
import type { Snapshot } from './types.js';

/**
 * `facts`: of the file; `records`: of each object that has some in it. Both are text that only the
 * caller understands.
 */
export type KeptFile = {
  readonly facts: string;
  readonly records: ReadonlyMap<
    string,
    string
  > /** Whether the records of every object are among them. */;
  readonly complete: boolean;
};

export type Hashes = { readonly content: string; readonly records: string };

/** `close()` it: what is new is written then, in one transaction. */
export type ContentCache = {
  /** What was kept for a file whose content is the same. */
  facts(path: string): string | undefined;
  /** Of a file for which `facts` answered or that was put. */
  records(path: string, object: string): string | undefined;
  /** The SHA-256 of its content, and a hash that is the same as long as its records are. */
  hashes(path: string): Hashes | undefined;
  /** What a query answered when the digest of all that it reads was this one. */
  answer(sql: string, digest: string): string | undefined;
  keepAnswer(sql: string, kept: { readonly digest: string; readonly answer: string }): void;
  put(path: string, kept: KeptFile): void;
  close(): void;
};

export type CacheOptions = {
  /**
   * Who computed it, from what but the file itself: another key, and everything is computed anew.
   */
  readonly key: string;
  /** Told when a cache is thrown away or cannot be written. */
  readonly progress: (line: string) => void;
};

type Row = {
  readonly stat: string;
  readonly hash: string;
  readonly recordsHash: string;
  readonly facts: string;
};
type Fresh = KeptFile & { readonly hash: string; readonly recordsHash: string };
type Answer = { readonly digest: string; readonly answer: string };

const LAYOUT = `
CREATE TABLE meta (key TEXT NOT NULL);
CREATE TABLE files (path TEXT PRIMARY KEY, stat TEXT NOT NULL, hash TEXT NOT NULL, records_hash TEXT NOT NULL, facts TEXT NOT NULL);
CREATE TABLE answers (sql TEXT PRIMARY KEY, digest TEXT NOT NULL, answer TEXT NOT NULL);
CREATE TABLE records (object TEXT NOT NULL, path TEXT NOT NULL, rows TEXT NOT NULL, PRIMARY KEY (object, path))`;

export function openCache(snapshot: Snapshot, options: CacheOptions): ContentCache {
  const store = openStore(within(snapshot.root, '.nocturne', 'cache.db'), options);
  const rows = store.rows;
  const same = new Map<string, boolean>();
  const fresh = new Map<string, Fresh>();
  const answers = new Map<string, Answer>();
  const seenAt = Date.now();

  const isSame = (path: string): boolean => {
    const known = same.get(path);
    if (known !== undefined) return known;
    const [row, entry] = [rows.get(path), snapshot.files.get(path)];
    const answer =
      row !== undefined &&
      entry?.kind === 'file' &&
      (row.stat === statText(entry) || row.hash === snapshot.hash(path));
    same.set(path, answer);
    return answer;
  };
  /** What cannot have changed unseen since it was read. */
  const statOf = (path: string): string => {
    const entry = snapshot.files.get(path);
    return entry !== undefined && isSettled(entry, seenAt) ? statText(entry) : '';
  };

  return {
    facts: (path) => (isSame(path) ? rows.get(path)?.facts : undefined),
    records: (path, object) =>
      fresh.get(path)?.records.get(object) ??
      (same.get(path) === true && !fresh.has(path) ? store.records(object).get(path) : undefined),
    put(path, kept) {
      const hash = snapshot.hash(path);
      if (hash !== undefined)
        fresh.set(path, {
          ...kept,
          hash,
          recordsHash: kept.complete ? sha256(JSON.stringify([...kept.records])) : hash,
        });
    },
    hashes(path) {
      const kept = fresh.get(path) ?? (isSame(path) ? rows.get(path) : undefined);
      return kept === undefined ? undefined : { content: kept.hash, records: kept.recordsHash };
    },
    answer(sql, digest) {
      const kept = answers.get(sql) ?? store.answers.get(sql);
      return kept?.digest === digest ? kept.answer : undefined;
    },
    keepAnswer: (sql, kept) => void answers.set(sql, kept),
    close() {
      const touched = [...same]
        .filter(
          ([path, answer]) => answer && !fresh.has(path) && rows.get(path)?.stat !== statOf(path),
        )
        .map(([path]) => ({ path, stat: statOf(path) }));
      const gone = [...rows.keys()].filter((path) => !snapshot.files.has(path));
      store.write({
        touched,
        gone,
        answers,
        fresh: [...fresh].map(([path, kept]) => ({ path, stat: statOf(path), kept })),
      });
    },
  };
}

type Changes = {
  readonly touched: readonly { readonly path: string; readonly stat: string }[];
  readonly gone: readonly string[];
  readonly answers: ReadonlyMap<string, Answer>;
  readonly fresh: readonly { readonly path: string; readonly stat: string; readonly kept: Fresh }[];
};
type Store = {
  readonly rows: ReadonlyMap<string, Row>;
  readonly answers: ReadonlyMap<string, Answer>;
  records(object: string): ReadonlyMap<string, string>;
  write(changes: Changes): void;
};

function openStore(path: string, { key, progress }: CacheOptions): Store {
  const discard = (why: unknown): void => {
    for (const ending of ['', '-journal', '-wal', '-shm']) removeIfThere(path + ending);
    progress(`${path} is made anew: ${why instanceof Error ? why.message : String(why)}`);
  };
  const read = (): Pick<Store, 'rows' | 'answers'> & {
    readonly database: Database | undefined;
  } => {
    let database: Database | undefined;
    try {
      makeDirectory(join(path, '..'));
      database = connect(path, key);
      return { database, rows: readRows(database), answers: readAnswers(database) };
    } catch (error) {
      database?.close();
      if (isUnusable(error)) throw error;
      progress(
        `nothing is kept for the next run: ${error instanceof Error ? error.message : String(error)}`,
      );
      return { database: undefined, rows: new Map(), answers: new Map() };
    }
  };
  const attempt = (): ReturnType<typeof read> => {
    try {
      return read();
    } catch (error) {
      discard(error);
      return read();
    }
  };
  const { database, rows, answers } = attempt();
  const byObject = new Map<string, ReadonlyMap<string, string>>();
  return {
    rows,
    answers,
    records(object) {
      let known = byObject.get(object);
      if (known === undefined) {
        known = database === undefined ? new Map() : readRecords(database, object);
        byObject.set(object, known);
      }
      return known;
    },
    write(changes) {
      try {
        if (
          database !== undefined &&
          changes.touched.length +
            changes.gone.length +
            changes.answers.size +
            changes.fresh.length >
            0
        )
          writeChanges(database, changes);
      } catch (error) {
        if (isUnusable(error)) discard(error);
        else
          progress(
            `nothing is kept for the next run: ${error instanceof Error ? error.message : String(error)}`,
          );
      } finally {
        database?.close();
      }
    },
  };
}

/** The layout belongs to the key: under another one nothing in it is of use. */
function connect(path: string, key: string): Database {
  const Driver = createRequire(import.meta.url)('better-sqlite3') as new (
    path: string,
    options: { readonly timeout: number },
  ) => Database;
  const database = new Driver(path, { timeout: 0 });
  try {
    database.pragma('page_size = 8192');
    database.pragma('synchronous = NORMAL');
    const tables = database
      .prepare(
        "SELECT count(*) FROM sqlite_master WHERE name IN ('meta', 'files', 'records', 'answers') AND type = 'table'",
      )
      .pluck()
      .get();
    if (tables === 4 && database.prepare('SELECT key FROM meta').pluck().get() === key)
      return database;
    database.transaction(() => {
      database.exec(
        `DROP TABLE IF EXISTS meta; DROP TABLE IF EXISTS files; DROP TABLE IF EXISTS records; DROP TABLE IF EXISTS answers; ${LAYOUT}`,
      );
      database.prepare('INSERT INTO meta VALUES (?)').run(key);
    })();
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function readRows(database: Database): ReadonlyMap<string, Row> {
  const rows = new Map<string, Row>();
  const all = database
    .prepare('SELECT path, stat, hash, records_hash, facts FROM files')
    .raw()
    .iterate() as IterableIterator<[string, string, string, string, string]>;
  for (const [path, stat, hash, recordsHash, facts] of all)
    rows.set(path, { stat, hash, recordsHash, facts });
  return rows;
}

function readAnswers(database: Database): ReadonlyMap<string, Answer> {
  const all = database
    .prepare('SELECT sql, digest, answer FROM answers')
    .raw()
    .iterate() as IterableIterator<[string, string, string]>;
  return new Map([...all].map(([sql, digest, answer]) => [sql, { digest, answer }]));
}

function readRecords(database: Database, object: string): ReadonlyMap<string, string> {
  try {
    return new Map(
      database
        .prepare('SELECT path, rows FROM records WHERE object = ?')
        .raw()
        .iterate(object) as IterableIterator<[string, string]>,
    );
  } catch (error) {
    // They are read from the files then.
    if (isUnusable(error)) return new Map();
    throw error;
  }
}

function writeChanges(database: Database, { touched, gone, answers, fresh }: Changes): void {
  const [touch, forget, forgetRecords] = [
    'UPDATE files SET stat = ? WHERE path = ?',
    'DELETE FROM files WHERE path = ?',
    'DELETE FROM records WHERE path = ? AND object = ?',
  ].map((sql) => database.prepare(sql));
  const [keep, keepRecords, keepAnswer] = [
    'INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?)',
    'INSERT OR REPLACE INTO records VALUES (?, ?, ?)',
    'INSERT OR REPLACE INTO answers VALUES (?, ?, ?)',
  ].map((sql) => database.prepare(sql));
  const objects = database.prepare('SELECT DISTINCT object FROM records').pluck().all() as string[];
  database.transaction(() => {
    for (const { path, stat } of touched) touch?.run(stat, path);
    for (const path of [...gone, ...fresh.map((one) => one.path)]) {
      forget?.run(path);
      for (const object of objects) forgetRecords?.run(path, object);
    }
    for (const { path, stat, kept } of fresh) {
      keep?.run(path, stat, kept.hash, kept.recordsHash, kept.facts);
      for (const [object, rows] of kept.records) keepRecords?.run(object, path, rows);
    }
    for (const [sql, { digest, answer }] of answers) keepAnswer?.run(sql, digest, answer);
  })();
}

/**
 * The file is there and is no cache (any more). Anything else, such as a lock or a full disk, is no
 * reason to throw it away.
 */
function isUnusable(error: unknown): boolean {
  const code =
    typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  return /^SQLITE_(?:CORRUPT|NOTADB|ERROR|SCHEMA|FORMAT)/.test(code);
}
