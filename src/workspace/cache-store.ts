/** Opens the file of the cache: replaces an unusable one, and works without a locked one. */
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import {
  connect,
  isUnusable,
  readAnswers,
  readGroups,
  readRecords,
  readRows,
  readWindow,
  writeChanges,
  type Answer,
  type Changes,
  type Group,
  type Row,
} from './cache-tables.js';
import { messageOf } from '../kernel/error.js';
import { makeDirectory, removeIfThere } from './durable.js';
import { memo } from './reads.js';

export type CacheOptions = {
  /** Identifies the program and its inputs apart from the files. Another key empties the cache. */
  readonly key: string;
  /** Reports that the cache is discarded or cannot be written. */
  readonly progress: (line: string) => void;
};

export type Store = {
  readonly groups: ReadonlyMap<number, Group>;
  readonly answers: ReadonlyMap<string, Answer>;
  /** The files of a group. */
  rows(group: number): ReadonlyMap<string, Row>;
  records(object: string): ReadonlyMap<string, string>;
  window(path: string, hash: string): string | undefined;
  write(changes: Changes): void;
};

type Opened = Pick<Store, 'groups' | 'answers'> & { readonly database: Database | undefined };

export function openStore(path: string, options: CacheOptions): Store {
  const { database, groups, answers } = openOrRemake(path, options);
  return {
    groups,
    answers,
    rows: memo((group) => (database === undefined ? new Map() : readRows(database, group))),
    records: memo((object) => (database === undefined ? new Map() : readRecords(database, object))),
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
    return { database, groups: readGroups(database), answers: readAnswers(database) };
  } catch (error) {
    database?.close();
    if (isUnusable(error)) throw error;
    progress(`the cache cannot be used: ${messageOf(error)}`);
    return { database: undefined, groups: new Map(), answers: new Map() };
  }
}

function discard(path: string, why: unknown, { progress }: CacheOptions): void {
  for (const ending of ['', '-journal', '-wal', '-shm']) removeIfThere(path + ending);
  progress(`rebuilding ${path}: ${messageOf(why)}`);
}

function isEmpty({ touched, gone, groups, answers, fresh, windows }: Changes): boolean {
  return (
    touched.length + gone.length + groups.size + answers.size + fresh.length + windows.size === 0
  );
}
