/** Opens the file of the cache: replaces an unusable one, and works without a locked one. */
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import {
  connect,
  isUnusable,
  readAnswers,
  readRecords,
  readRows,
  readWindow,
  writeChanges,
  type Answer,
  type Changes,
  type Row,
} from './cache-tables.js';
import { messageOf } from '../kernel/error.js';
import { makeDirectory, removeIfThere } from './durable.js';

export type CacheOptions = {
  /** Identifies the program and its inputs apart from the files. Another key empties the cache. */
  readonly key: string;
  /** Reports that the cache is discarded or cannot be written. */
  readonly progress: (line: string) => void;
};

type Store = {
  readonly rows: ReadonlyMap<string, Row>;
  readonly answers: ReadonlyMap<string, Answer>;
  records(object: string): ReadonlyMap<string, string>;
  window(path: string, hash: string): string | undefined;
  write(changes: Changes): void;
};

type Opened = Pick<Store, 'rows' | 'answers'> & { readonly database: Database | undefined };

export function openStore(path: string, options: CacheOptions): Store {
  const { database, rows, answers } = openOrRemake(path, options);
  const byObject = new Map<string, ReadonlyMap<string, string>>();
  return {
    rows,
    answers,
    records(object) {
      const records =
        byObject.get(object) ??
        (database === undefined ? new Map<string, string>() : readRecords(database, object));
      byObject.set(object, records);
      return records;
    },
    window: (path, hash) => (database === undefined ? undefined : readWindow(database, path, hash)),
    write(changes) {
      try {
        if (database !== undefined && !isEmpty(changes)) writeChanges(database, changes);
      } catch (error) {
        if (isUnusable(error)) discard(path, error, options);
        else options.progress(`the cache cannot be used: ${messageOf(error)}`);
      } finally {
        database?.close();
      }
    },
  };
}

function openOrRemake(path: string, options: CacheOptions): Opened {
  try {
    return open(path, options);
  } catch (error) {
    discard(path, error, options);
    return open(path, options);
  }
}

/** Throws for a file that is not a cache; works without one that cannot be opened. */
function open(path: string, { key, progress }: CacheOptions): Opened {
  let database: Database | undefined;
  try {
    makeDirectory(join(path, '..'));
    database = connect(path, key);
    return { database, rows: readRows(database), answers: readAnswers(database) };
  } catch (error) {
    database?.close();
    if (isUnusable(error)) throw error;
    progress(`the cache cannot be used: ${messageOf(error)}`);
    return { database: undefined, rows: new Map(), answers: new Map() };
  }
}

function discard(path: string, why: unknown, { progress }: CacheOptions): void {
  for (const ending of ['', '-journal', '-wal', '-shm']) removeIfThere(path + ending);
  progress(`rebuilding ${path}: ${messageOf(why)}`);
}

function isEmpty({ touched, gone, answers, fresh, windows }: Changes): boolean {
  return touched.length + gone.length + answers.size + fresh.length + windows.size === 0;
}
