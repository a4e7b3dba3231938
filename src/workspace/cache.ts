/**
 * Caches what was computed from the contents of files in `.nocturne/cache.db`. An entry is used
 * only if size, both times and inode of the file are the same, or the hash of its content.
 */
import { type CacheOptions, openStore, type Store } from './cache-store.js';
import type { Answer, Fresh, Group, Row } from './cache-tables.js';
import { groupStates } from './cache-groups.js';
import { groupOf } from './file-groups.js';
import { fileSystemNow, isSettled, statText } from './file-stat.js';
import { memo } from './reads.js';
import { within } from './root-descriptor.js';
import type { Snapshot } from './types.js';

/** `close()` writes the new entries in one transaction. */
export type ContentCache = {
  /** Whether no file of its group has changed. */
  isUnchanged(path: string): boolean;
  /** Sums over all groups without a change. */
  readonly unchanged: Pick<Group, 'files' | 'count' | 'noted'>;
  /** The facts of a file: those put, or the cached ones if its content is the same. */
  facts(path: string): string | undefined;
  /** Only for an unchanged file, one with `facts`, or after `put`. */
  records(path: string, object: string): string | undefined;
  /** The SHA-256 of the content of a file with facts. */
  hash(path: string): string | undefined;
  /** Whether it has facts, or was put as a file without them. */
  isKnown(path: string): boolean;
  /**
   * A digest of a part of the facts of all known files. More parts: `held`, which files have facts;
   * `content`, the contents of all files.
   */
  digest(part: string): string;
  /** The answer of a query, if the digest of everything that it reads is the same. */
  answer(sql: string, digest: string): string | undefined;
  keepAnswer(sql: string, entry: { readonly digest: string; readonly answer: string }): void;
  /** `undefined`: no rule reads the file. */
  put(path: string, file: Fresh | undefined): void;
  /** What was computed from one window of a long log, by the hash of its bytes. */
  readonly window: (path: string, hash: string) => string | undefined;
  /** Of each log, the windows that are asked for or put are kept. */
  readonly keepWindow: (path: string, hash: string, text: string) => void;
  close(): void;
};

export function openCache(snapshot: Snapshot, options: CacheOptions): ContentCache {
  const store = openStore(within(snapshot.root, '.nocturne', 'cache.db'), options);
  const fresh = new Map<string, Fresh | undefined>();
  const answers = new Map<string, Answer>();
  const windows = new Map<string, Map<string, string | undefined>>();
  const noteWindow = (path: string, hash: string, text: string | undefined): void => {
    const ofPath = windows.get(path) ?? new Map<string, string | undefined>();
    windows.set(path, ofPath.set(hash, text));
  };
  const statOf = stableStats(snapshot);
  const { same, touched } = sameRows(snapshot, store);
  const known = (path: string): Fresh | Row | undefined =>
    fresh.has(path) ? fresh.get(path) : same(path);
  const isKnown = (path: string): boolean => fresh.has(path) || same(path) !== undefined;
  const groups = groupStates(snapshot, store, { known, isKnown, statOf });
  const isUnchanged = (path: string): boolean => groups.isUnchanged(groupOf(path));
  return {
    isUnchanged,
    unchanged: groups.unchanged,
    facts: (path) => known(path)?.facts,
    records: (path, object) =>
      fresh.get(path)?.records.get(object) ??
      ((isUnchanged(path) || same.values.get(path) !== undefined) && !fresh.has(path)
        ? store.records(object).get(path)
        : undefined),
    put(path, file) {
      fresh.set(path, file);
      groups.forget(groupOf(path));
    },
    hash(path) {
      if (!isUnchanged(path) || fresh.has(path)) return known(path)?.hash;
      return groups.hashOf(path);
    },
    isKnown: (path) => isUnchanged(path) || isKnown(path),
    digest: groups.digest,
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
          .map((path) => ({ path, stat: statOf(path) })),
        gone: groups
          .stored()
          .filter(
            (path) =>
              !snapshot.files.has(path) || (fresh.has(path) && fresh.get(path) === undefined),
          ),
        groups: groups.changed(),
        answers,
        windows,
        fresh: [...fresh].flatMap(([path, file]) =>
          file === undefined ? [] : [{ path, stat: statOf(path), file }],
        ),
      });
    },
  };
}

/** The cached rows of files with the same content. `touched`: those that have another stat. */
function sameRows(snapshot: Snapshot, store: Store) {
  const touched: string[] = [];
  const same = memo((path): Row | undefined => {
    const [row, entry] = [store.rows(groupOf(path)).get(path), snapshot.files.get(path)];
    if (row === undefined || entry?.kind !== 'file') return undefined;
    if (row.stat === statText(entry)) return row;
    if (row.hash !== snapshot.hash(path)) return undefined;
    touched.push(path);
    return row;
  });
  return { same, touched };
}

/** The stat of a file, if a change since its reading would be noticed. */
function stableStats(snapshot: Snapshot): (path: string) => string {
  const seenAt = fileSystemNow(snapshot.root);
  return (path) => {
    const entry = snapshot.files.get(path);
    return entry !== undefined && isSettled(entry, seenAt) ? statText(entry) : '';
  };
}
