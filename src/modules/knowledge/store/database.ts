/** The index, one SQLite file: files, chunks, two word indexes, vectors. It can be rebuilt. */
import { existsSync, mkdirSync } from '../../../kernel/files.js';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type Database from 'better-sqlite3';
import { NocturneError, messageOf } from '../../../kernel/error.js';

export type Db = Database.Database;

/** A file with another version is rebuilt. */
const VERSION = 5;

/**
 * `words`: unicode61 with English stems; a hyphenated name or a path is found as a phrase of its
 * parts. `grams`: every three characters of names, to find parts of names. Both store no text of
 * their own: `search-text.ts` makes it from the chunk. `codes`: the binary codes of the vectors, in
 * a table of their own so that they load quickly.
 */
const TABLES = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files (path TEXT PRIMARY KEY, hash TEXT NOT NULL, stat TEXT NOT NULL, day TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE chunks (id INTEGER PRIMARY KEY, path TEXT NOT NULL, ord INTEGER NOT NULL, line INTEGER NOT NULL, end_line INTEGER NOT NULL, headings TEXT NOT NULL, text TEXT NOT NULL, hash TEXT NOT NULL, object TEXT NOT NULL, status TEXT NOT NULL);
CREATE INDEX chunks_path ON chunks (path, ord);
CREATE INDEX chunks_hash ON chunks (hash);
CREATE VIRTUAL TABLE words USING fts5 (headings, text, path, content = '', contentless_delete = 1, tokenize = 'porter unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE grams USING fts5 (names, content = '', contentless_delete = 1, detail = 'none', tokenize = 'trigram');
CREATE TABLE vectors (id INTEGER PRIMARY KEY, vector BLOB NOT NULL);
CREATE TABLE codes (id INTEGER PRIMARY KEY, bits BLOB NOT NULL);
CREATE TABLE latent (part TEXT PRIMARY KEY, data BLOB NOT NULL) WITHOUT ROWID;
`;

/**
 * @throws NocturneError `MISSING_PART` if SQLite or its vector extension cannot be loaded,
 * `STORAGE` for a file that is not a database.
 */
export function openKnowledge(path: string, options: { readonly readonly?: boolean } = {}): Db {
  mkdirSync(dirname(path), { recursive: true });
  const db = opened(path, options);
  db.pragma('busy_timeout = 10000');
  // Vectors and postings are read from all over the file, which is faster in mapped memory.
  db.pragma('mmap_size = 1073741824');
  db.pragma('cache_size = -32000');
  if (options.readonly !== true) {
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = NORMAL');
    if (db.pragma('user_version', { simple: true }) !== VERSION) remake(db, VERSION);
  }
  return db;
}

// Loaded when an index is first opened: every command loads the modules.
const require = createRequire(import.meta.url);

function opened(path: string, { readonly = false }: { readonly readonly?: boolean }): Db {
  try {
    const Driver = require('better-sqlite3') as typeof Database;
    const { getLoadablePath } = require('sqlite-vec') as { readonly getLoadablePath: () => string };
    const db = new Driver(path, { readonly, fileMustExist: readonly });
    db.loadExtension(getLoadablePath());
    db.pragma('schema_version');
    return db;
  } catch (cause) {
    const why = messageOf(cause);
    const code = String((cause as { readonly code?: unknown }).code ?? '');
    if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT'))
      throw new NocturneError('STORAGE', `${path} is not a knowledge index: ${why}`, {
        file: path,
        hint: 'remove it; nocturne knowledge index creates it again',
        cause,
      });
    if (code === 'SQLITE_CANTOPEN' || !existsSync(path))
      throw new NocturneError('NOT_FOUND', `there is no knowledge index at ${path}`, {
        file: path,
        hint: 'nocturne knowledge index creates it',
        cause,
      });
    throw new NocturneError('MISSING_PART', `the knowledge index cannot be opened: ${why}`, {
      hint: 'npm ci installs better-sqlite3 and sqlite-vec for this machine',
      cause,
    });
  }
}

/**
 * Replaces all tables with empty ones, in one transaction. Drops virtual tables first, which drops
 * their shadow tables. @param unless does nothing if another process has created this version.
 */
export function remake(db: Db, unless?: number): void {
  db.transaction(() => {
    if (db.pragma('user_version', { simple: true }) === unless) return;
    const tables = (like: string): readonly string[] =>
      db
        .prepare(
          "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND sql LIKE ?",
        )
        .pluck()
        .all(like) as string[];
    for (const like of ['CREATE VIRTUAL%', 'CREATE TABLE%'])
      for (const name of tables(like)) db.exec(`DROP TABLE "${name}"`);
    db.exec(TABLES);
    db.pragma(`user_version = ${VERSION}`);
  }).immediate();
}

export function readMeta(db: Db, key: string): string | undefined {
  return (
    prepared(db, 'SELECT value FROM meta WHERE key = ?').get(key) as { value: string } | undefined
  )?.value;
}

export function writeMeta(db: Db, key: string, value: string): void {
  db.prepare(
    'INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  ).run(key, value);
}

/** Invalidates what was cached of passages and vectors. */
export function nextGeneration(db: Db): void {
  writeMeta(db, 'generation', String(Number(readMeta(db, 'generation') ?? 0) + 1));
}

const kept = new WeakMap<
  Db,
  { readonly generation: string; readonly values: Map<string, unknown> }
>();

/** Caches a value until the index changes. */
export function ofGeneration<T>(db: Db, name: string, read: () => T): T {
  const generation = readMeta(db, 'generation') ?? '';
  let held = kept.get(db);
  if (held?.generation !== generation) kept.set(db, (held = { generation, values: new Map() }));
  if (!held.values.has(name)) held.values.set(name, read());
  return held.values.get(name) as T;
}

/** Cached, because counting takes as long as a search. */
export function passages(db: Db): number {
  return ofGeneration(
    db,
    'passages',
    () => db.prepare('SELECT count(*) FROM chunks').pluck().get() as number,
  );
}

const statements = new WeakMap<Db, Map<string, Database.Statement>>();

/** Compiles a statement once. Only for statements that are read to their end at once. */
export function prepared(db: Db, sql: string): Database.Statement {
  const cache = statements.get(db) ?? new Map<string, Database.Statement>();
  statements.set(db, cache);
  const statement = cache.get(sql) ?? db.prepare(sql);
  cache.set(sql, statement);
  return statement;
}
