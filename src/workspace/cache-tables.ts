/** Creates, reads and writes the tables of `.nocturne/cache.db`. */
import { createRequire } from 'node:module';
import type { Database } from 'better-sqlite3';
import { groupOf } from './file-groups.js';

/**
 * What is cached of one file. `facts`: a line for each part, with its name before a tab. `records`:
 * by object; the caller defines the format. `hash`: of the content. `count`: is summed up. `noted`:
 * whether the caller asks for it in each run.
 */
export type Fresh = {
  readonly facts: string;
  readonly records: ReadonlyMap<string, string>;
  readonly hash: string;
  readonly count: number;
  readonly noted: boolean;
};

export type Row = Omit<Fresh, 'records'> & { readonly stat: string };
/**
 * A group of files: its listing, hashes of the parts of all its files, and sums over them. Without
 * a listing if something in it is not known. `hashes`: a line for each file, with the hash of its
 * content if it has facts.
 */
export type Group = {
  readonly listing: string;
  readonly hashes: string;
  readonly parts: Readonly<Record<string, string>>;
  readonly noted: readonly string[];
  readonly files: number;
  readonly count: number;
};
export type Answer = { readonly digest: string; readonly answer: string };

export type Changes = {
  readonly touched: readonly { readonly path: string; readonly stat: string }[];
  readonly gone: readonly string[];
  /** `undefined`: has no files any more. */
  readonly groups: ReadonlyMap<number, Group | undefined>;
  readonly answers: ReadonlyMap<string, Answer>;
  /** All windows of each log that was read; a text for those that are new. */
  readonly windows: ReadonlyMap<string, ReadonlyMap<string, string | undefined>>;
  readonly fresh: readonly { readonly path: string; readonly stat: string; readonly file: Fresh }[];
};
const TABLES = {
  meta: '(key TEXT NOT NULL)',
  groups: `(id INTEGER PRIMARY KEY, listing TEXT NOT NULL, hashes TEXT NOT NULL, parts TEXT NOT NULL,
    noted TEXT NOT NULL, files INTEGER NOT NULL, count INTEGER NOT NULL)`,
  // Those of a group are next to one another.
  files: `(in_group INTEGER NOT NULL, path TEXT NOT NULL, stat TEXT NOT NULL, hash TEXT NOT NULL,
    count INTEGER NOT NULL, noted INTEGER NOT NULL, facts TEXT NOT NULL,
    PRIMARY KEY (in_group, path)) WITHOUT ROWID`,
  answers: '(sql TEXT PRIMARY KEY, digest TEXT NOT NULL, answer TEXT NOT NULL)',
  records: `(object TEXT NOT NULL, path TEXT NOT NULL, rows TEXT NOT NULL,
    PRIMARY KEY (object, path))`,
  windows: `(path TEXT NOT NULL, hash TEXT NOT NULL, facts TEXT NOT NULL,
    PRIMARY KEY (path, hash))`,
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
        database.exec(`DROP TABLE IF EXISTS ${table}; CREATE TABLE ${table} ${columns}`);
      database.prepare('INSERT INTO meta VALUES (?)').run(key);
    })();
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

export function readGroups(database: Database): ReadonlyMap<number, Group> {
  const all = database
    .prepare<[], [number, string, string, string, string, number, number]>(
      'SELECT id, listing, hashes, parts, noted, files, count FROM groups',
    )
    .raw()
    .all();
  return new Map(
    all.map(([id, listing, hashes, parts, noted, files, count]) => [
      id,
      {
        listing,
        hashes,
        parts: JSON.parse(parts) as Group['parts'],
        noted: JSON.parse(noted) as readonly string[],
        files,
        count,
      },
    ]),
  );
}

/** The files of a group. Like `readRecords`. */
export function readRows(database: Database, group: number): ReadonlyMap<string, Row> {
  const find = 'SELECT path, stat, hash, count, noted, facts FROM files WHERE in_group = ?';
  return orNone(new Map(), () => {
    const all = database
      .prepare<[number], [string, string, string, number, number, string]>(find)
      .raw()
      .all(group);
    return new Map(
      all.map(([path, stat, hash, count, noted, facts]) => [
        path,
        { stat, hash, count, noted: noted === 1, facts },
      ]),
    );
  });
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
  return orNone(
    new Map(),
    () =>
      new Map(
        database
          .prepare('SELECT path, rows FROM records WHERE object = ?')
          .raw()
          .iterate(object) as IterableIterator<[string, string]>,
      ),
  );
}

/** Like `readRecords`. */
export function readWindow(database: Database, path: string, hash: string): string | undefined {
  const find = 'SELECT facts FROM windows WHERE path = ? AND hash = ?';
  return orNone(undefined, () =>
    database.prepare<[string, string], string>(find).pluck().get(path, hash),
  );
}

function orNone<T>(none: T, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (isOfDatabase(error)) return none;
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
  const { touched, gone, answers } = changes;
  const fresh = inTableOrder(changes.fresh);
  const [touch, forget, forgetRecords, forgetWindows] = [
    'UPDATE files SET stat = ? WHERE in_group = ? AND path = ?',
    'DELETE FROM files WHERE in_group = ? AND path = ?',
    'DELETE FROM records WHERE path = ? AND object = ?',
    'DELETE FROM windows WHERE path = ?',
  ].map((sql) => database.prepare(sql));
  const [keep, keepRecords, keepAnswer] = [
    'INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?)',
    'INSERT OR REPLACE INTO records VALUES (?, ?, ?)',
    'INSERT OR REPLACE INTO answers VALUES (?, ?, ?)',
  ].map((sql) => database.prepare(sql));
  const objects = database.prepare('SELECT DISTINCT object FROM records').pluck().all() as string[];
  // To delete what is not there would take a third of the time.
  const isNew = database.prepare('SELECT 1 FROM files LIMIT 1').get() === undefined;
  const replaced = isNew ? [] : fresh.map((file) => file.path);
  database.transaction(() => {
    for (const { path, stat } of touched) touch?.run(stat, groupOf(path), path);
    for (const path of [...gone, ...replaced]) {
      forget?.run(groupOf(path), path);
      if (!changes.windows.has(path)) forgetWindows?.run(path);
      for (const object of objects) forgetRecords?.run(path, object);
    }
    for (const { path, stat, file } of fresh) {
      const { hash, count, noted, facts } = file;
      const values = [stat, hash, count, Number(noted), facts];
      keep?.run(groupOf(path), path, ...values);
      for (const [object, rows] of file.records) keepRecords?.run(object, path, rows);
    }
    writeWindows(database, changes.windows);
    writeGroups(database, changes.groups);
    for (const [sql, { digest, answer }] of answers) keepAnswer?.run(sql, digest, answer);
  })();
}

/** SQLite keeps only a part of a table in memory. */
function inTableOrder(fresh: Changes['fresh']): Changes['fresh'] {
  const groups: Changes['fresh'][number][][] = [];
  for (const file of fresh) (groups[groupOf(file.path)] ??= []).push(file);
  return groups.flatMap((files) => files.sort((a, b) => (a.path < b.path ? -1 : 1)));
}

function writeGroups(database: Database, groups: Changes['groups']): void {
  const forget = database.prepare('DELETE FROM groups WHERE id = ?');
  const keep = database.prepare('INSERT OR REPLACE INTO groups VALUES (?, ?, ?, ?, ?, ?, ?)');
  for (const [id, group] of groups)
    if (group === undefined) forget.run(id);
    else {
      const { listing, hashes, parts, noted, files, count } = group;
      const texts = [listing, hashes, JSON.stringify(parts), JSON.stringify(noted)];
      keep.run(id, ...texts, files, count);
    }
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
