/** Creates, reads and writes the tables of `.nocturne/cache.db`. */
import { createRequire } from 'node:module';
import type { Database } from 'better-sqlite3';

/**
 * `records`: by object. The caller defines the format of both texts. `hash`: of the content.
 * `recordsHash`: of what queries see of its records.
 */
export type Fresh = {
  readonly facts: string;
  readonly records: ReadonlyMap<string, string>;
  readonly hash: string;
  readonly recordsHash: string;
};

export type Row = {
  readonly stat: string;
  readonly hash: string;
  readonly recordsHash: string;
  readonly facts: string;
};
export type Answer = { readonly digest: string; readonly answer: string };

export type Changes = {
  readonly touched: readonly { readonly path: string; readonly stat: string }[];
  readonly gone: readonly string[];
  readonly answers: ReadonlyMap<string, Answer>;
  /** All windows of each log that was read; a text for those that are new. */
  readonly windows: ReadonlyMap<string, ReadonlyMap<string, string | undefined>>;
  readonly fresh: readonly { readonly path: string; readonly stat: string; readonly file: Fresh }[];
};
const TABLES = {
  meta: 'key TEXT NOT NULL',
  files: `path TEXT PRIMARY KEY, stat TEXT NOT NULL, hash TEXT NOT NULL, records_hash TEXT NOT NULL,
    facts TEXT NOT NULL`,
  answers: 'sql TEXT PRIMARY KEY, digest TEXT NOT NULL, answer TEXT NOT NULL',
  records: `object TEXT NOT NULL, path TEXT NOT NULL, rows TEXT NOT NULL,
    PRIMARY KEY (object, path)`,
  windows: `path TEXT NOT NULL, hash TEXT NOT NULL, facts TEXT NOT NULL,
    PRIMARY KEY (path, hash)`,
};

/** Recreates the tables under another key. */
export function connect(path: string, key: string): Database {
  const Driver = createRequire(import.meta.url)('better-sqlite3') as new (
    path: string,
    options: { readonly timeout: number },
  ) => Database;
  const database = new Driver(path, { timeout: 0 });
  try {
    database.pragma('page_size = 8192');
    database.pragma('synchronous = NORMAL');
    const tables = database
      .prepare("SELECT name FROM sqlite_master WHERE type = 'table'")
      .pluck()
      .all();
    if (
      Object.keys(TABLES).every((table) => tables.includes(table)) &&
      database.prepare('SELECT key FROM meta').pluck().get() === key
    )
      return database;
    database.transaction(() => {
      for (const [table, columns] of Object.entries(TABLES))
        database.exec(`DROP TABLE IF EXISTS ${table}; CREATE TABLE ${table} (${columns})`);
      database.prepare('INSERT INTO meta VALUES (?)').run(key);
    })();
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

export function readRows(database: Database): ReadonlyMap<string, Row> {
  const rows = new Map<string, Row>();
  const all = database
    .prepare('SELECT path, stat, hash, records_hash, facts FROM files')
    .raw()
    .iterate() as IterableIterator<[string, string, string, string, string]>;
  for (const [path, stat, hash, recordsHash, facts] of all)
    rows.set(path, { stat, hash, recordsHash, facts });
  return rows;
}

export function readAnswers(database: Database): ReadonlyMap<string, Answer> {
  const all = database
    .prepare('SELECT sql, digest, answer FROM answers')
    .raw()
    .iterate() as IterableIterator<[string, string, string]>;
  return new Map([...all].map(([sql, digest, answer]) => [sql, { digest, answer }]));
}

/** Nothing while another process writes, or from a broken file: the caller reads the files. */
export function readRecords(database: Database, object: string): ReadonlyMap<string, string> {
  try {
    return new Map(
      database
        .prepare('SELECT path, rows FROM records WHERE object = ?')
        .raw()
        .iterate(object) as IterableIterator<[string, string]>,
    );
  } catch (error) {
    if (isOfDatabase(error)) return new Map();
    throw error;
  }
}

/** Like `readRecords`. */
export function readWindow(database: Database, path: string, hash: string): string | undefined {
  const find = 'SELECT facts FROM windows WHERE path = ? AND hash = ?';
  try {
    return database.prepare<[string, string], string>(find).pluck().get(path, hash);
  } catch (error) {
    if (isOfDatabase(error)) return undefined;
    throw error;
  }
}

function writeWindows(database: Database, windows: Changes['windows']): void {
  const [forget, keep] = [
    'DELETE FROM windows WHERE path = ? AND hash = ?',
    'INSERT OR REPLACE INTO windows VALUES (?, ?, ?)',
  ].map((sql) => database.prepare(sql));
  const stored = database
    .prepare<[string], string>('SELECT hash FROM windows WHERE path = ?')
    .pluck();
  for (const [path, hashes] of windows) {
    for (const hash of stored.all(path)) if (!hashes.has(hash)) forget?.run(path, hash);
    for (const [hash, text] of hashes) if (text !== undefined) keep?.run(path, hash, text);
  }
}

export function writeChanges(database: Database, changes: Changes): void {
  const { touched, gone, answers, fresh } = changes;
  const [touch, forget, forgetRecords, forgetWindows] = [
    'UPDATE files SET stat = ? WHERE path = ?',
    'DELETE FROM files WHERE path = ?',
    'DELETE FROM records WHERE path = ? AND object = ?',
    'DELETE FROM windows WHERE path = ?',
  ].map((sql) => database.prepare(sql));
  const [keep, keepRecords, keepAnswer] = [
    'INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?)',
    'INSERT OR REPLACE INTO records VALUES (?, ?, ?)',
    'INSERT OR REPLACE INTO answers VALUES (?, ?, ?)',
  ].map((sql) => database.prepare(sql));
  const objects = database.prepare('SELECT DISTINCT object FROM records').pluck().all() as string[];
  database.transaction(() => {
    for (const { path, stat } of touched) touch?.run(stat, path);
    for (const path of [...gone, ...fresh.map((file) => file.path)]) {
      forget?.run(path);
      if (!changes.windows.has(path)) forgetWindows?.run(path);
      for (const object of objects) forgetRecords?.run(path, object);
    }
    for (const { path, stat, file } of fresh) {
      keep?.run(path, stat, file.hash, file.recordsHash, file.facts);
      for (const [object, rows] of file.records) keepRecords?.run(object, path, rows);
    }
    writeWindows(database, changes.windows);
    for (const [sql, { digest, answer }] of answers) keepAnswer?.run(sql, digest, answer);
  })();
}

/** Whether the file is not a cache. A lock or a full disk is not a reason to discard it. */
export function isUnusable(error: unknown): boolean {
  return /^SQLITE_(?:CORRUPT|NOTADB|ERROR|SCHEMA|FORMAT)/.test(codeOf(error));
}

function isOfDatabase(error: unknown): boolean {
  return codeOf(error).startsWith('SQLITE_');
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}
