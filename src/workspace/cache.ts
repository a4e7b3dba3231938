/**
 * What was computed from the contents of files, cached in `.nocturne/cache.db`. Only speed is lost
 * with it: the entry of a file is used only while size, both times and inode are as they were, or
 * the content has the same hash; a file that cannot be read as a cache is made anew.
 */
import { sha256 } from '../kernel/hash.js';
import { openStore, type CacheOptions } from './cache-store.js';
import type { Answer, Fresh, CachedFile, Row } from './cache-tables.js';
import { fileSystemNow, isSettled, statText } from './file-stat.js';
import { within } from './root-descriptor.js';
import type { Snapshot } from './types.js';

export type Hashes = { readonly content: string; readonly records: string };

/** `close()` it: what is new is written then, in one transaction. */
export type ContentCache = {
  /** The cached facts of a file whose content is the same. */
  facts(path: string): string | undefined;
  /** Of a file for which `facts` answered or that was put. */
  records(path: string, object: string): string | undefined;
  /** The SHA-256 of its content, and a hash that is the same as long as its records are. */
  hashes(path: string): Hashes | undefined;
  /** What a query answered when the digest of all that it reads was this one. */
  answer(sql: string, digest: string): string | undefined;
  keepAnswer(sql: string, entry: { readonly digest: string; readonly answer: string }): void;
  put(path: string, file: CachedFile): void;
  close(): void;
};

export function openCache(snapshot: Snapshot, options: CacheOptions): ContentCache {
  const store = openStore(within(snapshot.root, '.nocturne', 'cache.db'), options);
  const { rows } = store;
  const same = new Map<string, boolean>();
  const fresh = new Map<string, Fresh>();
  const answers = new Map<string, Answer>();
  const statOf = settledStats(snapshot);
  const isSame = (path: string): boolean => {
    const answer = same.get(path) ?? isUnchanged(snapshot, path, rows.get(path));
    same.set(path, answer);
    return answer;
  };

  return {
    facts: (path) => (isSame(path) ? rows.get(path)?.facts : undefined),
    records: (path, object) =>
      fresh.get(path)?.records.get(object) ??
      (same.get(path) === true && !fresh.has(path) ? store.records(object).get(path) : undefined),
    put(path, file) {
      const hash = snapshot.hash(path);
      if (hash === undefined) return;
      const recordsHash = file.complete ? sha256(JSON.stringify([...file.records])) : hash;
      fresh.set(path, { ...file, hash, recordsHash });
    },
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
    keepAnswer: (sql, entry) => void answers.set(sql, entry),
    close() {
      const unchanged = [...same].filter(([path, answer]) => answer && !fresh.has(path));
      store.write({
        touched: unchanged
          .map(([path]) => ({ path, stat: statOf(path) }))
          .filter(({ path, stat }) => rows.get(path)?.stat !== stat),
        gone: [...rows.keys()].filter((path) => !snapshot.files.has(path)),
        answers,
        fresh: [...fresh].map(([path, file]) => ({ path, stat: statOf(path), file })),
      });
    },
  };
}

function isUnchanged(snapshot: Snapshot, path: string, row: Row | undefined): boolean {
  const entry = snapshot.files.get(path);
  return (
    row !== undefined &&
    entry?.kind === 'file' &&
    (row.stat === statText(entry) || row.hash === snapshot.hash(path))
  );
}

/** The stat of a file, where it cannot have changed unseen since it was read. */
function settledStats(snapshot: Snapshot): (path: string) => string {
  const seenAt = fileSystemNow(snapshot.root);
  return (path) => {
    const entry = snapshot.files.get(path);
    return entry !== undefined && isSettled(entry, seenAt) ? statText(entry) : '';
  };
}
