/**
 * Validates with the caches: the whole result if nothing changed, or the facts of unchanged files.
 */
import { openCache } from '../workspace/cache.js';
import type { Snapshot } from '../workspace/types.js';
import { type Ground, cacheResult, readCachedResult, resultKey } from './cached-result.js';
import type { ValidateOptions, Validation } from './validate-snapshot.js';

export type CachedOptions = ValidateOptions &
  Ground & { readonly progress: (line: string) => void };

/** The same as `validate`, but faster. Loads the rules only if something changed. */
export async function validateCached(
  snapshot: Snapshot,
  options: CachedOptions,
): Promise<Validation> {
  const whole = options.only === undefined && options.changed === undefined;
  const key = whole ? resultKey(snapshot, options) : undefined;
  const cachedResult = key === undefined ? undefined : readCachedResult(snapshot.root, key);
  if (cachedResult !== undefined) return cachedResult;
  const [{ cachedFacts }, { fillInThreads }, { validate }] = await Promise.all([
    import('./cached-facts.js'),
    import('./facts-threads.js'),
    import('./validate-snapshot.js'),
  ]);
  const cache = openCache(snapshot, {
    key: `${options.program}\n${snapshot.hash('REGISTRY.md') ?? ''}`,
    progress: options.progress,
  });
  try {
    if (options.changed === undefined && options.withoutLongLogs !== true)
      await fillInThreads(snapshot, cache, options);
    const cached = cachedFacts(snapshot, cache);
    const watched = watchTime(cached.snapshot);
    const validation = await validate(snapshot, {
      ...options,
      cache: { ...cached, snapshot: watched.snapshot },
    });
    if (key !== undefined && !watched.asked() && !cached.askedChance())
      cacheResult(snapshot.root, key, validation);
    return validation;
  } finally {
    cache.close();
  }
}

/** A rule that reads the clock may find something else the next time, although nothing changed. */
function watchTime(snapshot: Snapshot): {
  readonly snapshot: Snapshot;
  readonly asked: () => boolean;
} {
  let asked = false;
  const watched = Object.defineProperty({ ...snapshot }, 'now', {
    enumerable: true,
    get: () => {
      asked = true;
      return snapshot.now;
    },
  });
  return { snapshot: watched, asked: () => asked };
}
