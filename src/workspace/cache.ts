/**
 * Caches what was computed from the contents of files in `.nocturne/cache.db`. An entry is used
 * only if size, both times and inode of the file are the same, or the hash of its content.
 */
import { openStore, type CacheOptions } from './cache-store.js';
import type { Answer, Fresh } from './cache-tables.js';
import { fileSystemNow, isSettled, statText } from './file-stat.js';
import { within } from './root-descriptor.js';
import type { Snapshot } from './types.js';

export type Hashes = { readonly content: string; readonly records: string };

/** `close()` writes the new entries in one transaction. */
export type ContentCache = {
  /** The facts of a file: those put, or the cached ones if its content is the same. */
  facts(path: string): string | undefined;
  /** Only for a file with `facts`, or after `put`. */
  records(path: string, object: string): string | undefined;
  /** The SHA-256 of the content, and a hash of what queries see of the records. */
  hashes(path: string): Hashes | undefined;
  /** The answer of a query, if the digest of everything that it reads is the same. */
  answer(sql: string, digest: string): string | undefined;
  keepAnswer(sql: string, entry: { readonly digest: string; readonly answer: string }): void;
  put(path: string, file: Fresh): void;
  /** What was computed from one window of a long log, by the hash of its bytes. */
  readonly window: (path: string, hash: string) => string | undefined;
  /** Of each log, the windows that are asked for or put are kept. */
  readonly keepWindow: (path: string, hash: string, text: string) => void;
  close(): void;
};

export function openCache(snapshot: Snapshot, options: CacheOptions): ContentCache {
  const store = openStore(within(snapshot.root, '.nocturne', 'cache.db'), options);
  const { rows } = store;
  const same = new Map<string, boolean>();
  const fresh = new Map<string, Fresh>();
  const answers = new Map<string, Answer>();
  const windows = new Map<string, Map<string, string | undefined>>();
  const noteWindow = (path: string, hash: string, text: string | undefined): void => {
    const ofPath = windows.get(path) ?? new Map<string, string | undefined>();
    windows.set(path, ofPath.set(hash, text));
  };
  const statOf = stableStats(snapshot);
  /** With the same content and another stat. */
  const touched: string[] = [];
  const compare = (path: string): boolean => {
    const [row, entry] = [rows.get(path), snapshot.files.get(path)];
    if (row === undefined || entry?.kind !== 'file') return false;
    if (row.stat === statText(entry)) return true;
    if (row.hash !== snapshot.hash(path)) return false;
    touched.push(path);
    return true;
  };
  const isSame = (path: string): boolean => {
    const known = same.get(path);
    if (known !== undefined) return known;
    const answer = compare(path);
    same.set(path, answer);
    return answer;
  };

  return {
    facts: (path) => fresh.get(path)?.facts ?? (isSame(path) ? rows.get(path)?.facts : undefined),
    records: (path, object) =>
      fresh.get(path)?.records.get(object) ??
      (same.get(path) === true && !fresh.has(path) ? store.records(object).get(path) : undefined),
    put: (path, file) => void fresh.set(path, file),
    hashes(path) {
      const cached = fresh.get(path) ?? (isSame(path) ? rows.get(path) : undefined);
      return cached === undefined
        ? undefined
        : { content: cached.hash, records: cached.recordsHash };
    },
    answer(sql, digest) {
      const cached = answers.get(sql) ?? store.answers.get(sql);
      return cached?.digest === digest ? cached.answer : undefined;
    },
    window(path, hash) {
      const text = store.window(path, hash);
      if (text !== undefined) noteWindow(path, hash, undefined);
      return text;
    },
    keepWindow: noteWindow,
    keepAnswer: (sql, entry) => void answers.set(sql, entry),
    close() {
      store.write({
        touched: touched
          .filter((path) => !fresh.has(path))
          .map((path) => ({ path, stat: statOf(path) }))
          .filter(({ path, stat }) => rows.get(path)?.stat !== stat),
        gone: [...rows.keys()].filter((path) => !snapshot.files.has(path)),
        answers,
        windows,
        fresh: [...fresh].map(([path, file]) => ({ path, stat: statOf(path), file })),
      });
    },
  };
}

/** The stat of a file, if a change since its reading would be noticed. */
function stableStats(snapshot: Snapshot): (path: string) => string {
  const seenAt = fileSystemNow(snapshot.root);
  return (path) => {
    const entry = snapshot.files.get(path);
    return entry !== undefined && isSettled(entry, seenAt) ? statText(entry) : '';
  };
}
