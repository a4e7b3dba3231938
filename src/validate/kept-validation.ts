/**
 * `validate` behind the cache: the whole result when nothing at all has changed, else what is known
 * of each file that is as it was.
 */
import { openCache } from '../workspace/cache.js';
import type { Snapshot } from '../workspace/types.js';
import { type Ground, keepResult, readKeptResult, resultKey } from './kept-result.js';
import type { ValidateOptions, Validation } from './validate-snapshot.js';

export type KeptOptions = ValidateOptions & Ground & { readonly progress: (line: string) => void };

/** The same as `validate`, faster. Loads the rules only when there is something to do. */
export async function validateKept(snapshot: Snapshot, options: KeptOptions): Promise<Validation> {
  const whole = options.only === undefined && options.changed === undefined;
  const key = whole ? resultKey(snapshot, options) : undefined;
  const known = key === undefined ? undefined : readKeptResult(snapshot.root, key);
  if (known !== undefined) return known;
  const [{ keptFacts }, { validate }] = await Promise.all([
    import('./kept-facts.js'),
    import('./validate-snapshot.js'),
  ]);
  const cache = openCache(snapshot, {
    key: `${options.program}\n${snapshot.hash('REGISTRY.md') ?? ''}`,
    progress: options.progress,
  });
  try {
    const kept = keptFacts(snapshot, cache);
    const watched = watchTime(kept.snapshot);
    const validation = await validate(snapshot, {
      ...options,
      cache: { ...kept, snapshot: watched.snapshot },
    });
    if (key !== undefined && !watched.asked() && !kept.askedChance())
      keepResult(snapshot.root, key, validation);
    return validation;
  } finally {
    cache.close();
  }
}

/**
 * A rule that looks at the clock may find something else the next time, although nothing has
 * changed.
 */
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
