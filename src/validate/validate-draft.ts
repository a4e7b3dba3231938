/** Validates a whole workspace as it would be with other contents in some files. */
import { isFree } from '../registry/route.js';
import { openCache } from '../workspace/cache.js';
import { type Contents, overlay } from '../workspace/overlay.js';
import { openSnapshot } from '../workspace/snapshot.js';
import { tablesIn } from '../workspace/asked-columns.js';
import { tableName } from '../workspace/sql-view.js';
import type { Snapshot, SqlView } from '../workspace/types.js';
import { cachedFacts } from './cached-facts.js';
import { collectFacts } from './collect-facts.js';
import type { FileFacts } from './fact-types.js';
import { fillInThreads } from './facts-threads.js';
import type { CachedOptions } from './cached-validation.js';
import { type FactsCache, validate, type Validation } from './validate-snapshot.js';

/**
 * The same as `validate` once the contents are on the disk. Nothing of the contents is cached.
 * Other contents of REGISTRY.md change what every file means, so all of them are read again.
 */
export async function validateDraft(
  base: Snapshot,
  contents: Contents,
  options: CachedOptions,
): Promise<Validation> {
  if (contents.has(base.schema.file)) return validate(withSchemaOf(base, contents), options);
  return withCache(base, options, (cached) => {
    const draft = overlay(cached.snapshot, contents);
    const snapshot = { ...draft, sql: () => sqlOf(draft, cached.snapshot, contents) };
    const cache: FactsCache = {
      snapshot,
      get: (path) => (contents.has(path) ? undefined : cached.get(path)),
      put: (path, facts) => {
        if (!contents.has(path)) cached.put(path, facts);
      },
      putNone(path) {
        if (!contents.has(path)) cached.putNone(path);
      },
      windows: cached.windows,
    };
    return validate(snapshot, { ...options, cache });
  });
}

/** The workspace as it would be, with the schema that `contents` declares. */
export function withSchemaOf(base: Snapshot, contents: Contents): Snapshot {
  const draft = overlay(base, contents);
  return openSnapshot(base.root, { now: base.now, files: draft.files, read: draft.bytes });
}

/** The facts of every file: from the cache where they are, else computed and kept there. */
export function factsOfAll(
  base: Snapshot,
  options: CachedOptions,
): Promise<ReadonlyMap<string, FileFacts>> {
  return withCache(base, options, async (cached) => {
    const isLeftOut = (path: string): boolean => isFree(base.schema, path);
    // The cache, which would read some of them later, is closed then.
    return new Map(collectFacts(cached.snapshot, { isLeftOut, cache: cached }).facts);
  });
}

async function withCache<T>(
  base: Snapshot,
  options: CachedOptions,
  use: (cached: ReturnType<typeof cachedFacts>) => Promise<T>,
): Promise<T> {
  const cache = openCache(base, {
    key: `${options.program}\n${base.hash('REGISTRY.md') ?? ''}`,
    progress: options.progress,
  });
  try {
    await fillInThreads(base, cache, options);
    return await use(cachedFacts(base, cache));
  } finally {
    cache.close();
  }
}

/** Queries whose tables are as on the disk have the answers of the disk, which are cached. */
function sqlOf(draft: Snapshot, base: Snapshot, contents: Contents): SqlView {
  const touched = new Set(['files', 'links', 'fields']);
  for (const path of contents.keys())
    for (const { object } of draft.objectsOf(path)) touched.add(tableName(object));
  const [now, before] = [draft.sql(), base.sql()];
  const viewFor = (sql: string): SqlView => (tablesIn(sql, touched).length > 0 ? now : before);
  return {
    query: (sql) => viewFor(sql).query(sql),
    first: (sql, most) => viewFor(sql).first(sql, most),
    tables: () => now.tables(),
    close: () => now.close(),
  };
}
