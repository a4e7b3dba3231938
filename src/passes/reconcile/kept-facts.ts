/**
 * Facts of files that an earlier pass of this process has looked at, by the content that they had.
 * A night of many passes reads most of its pages again and again.
 */
import type { Schema } from '../../registry/types.js';
import { decodeFacts, encodeFacts } from '../../validate/facts-text.js';
import type { FactsCache } from '../../validate/validate-snapshot.js';
import type { Snapshot } from '../../workspace/types.js';

/** `text`: facts as they are encoded, because their strings would hold the text of the file. */
type Kept = { readonly hash: string; readonly text: string };

/** Of one schema; more files are read again each time. */
const MOST_KEPT = 20_000;

const kept = new WeakMap<Schema, Map<string, Kept>>();

export function keptFacts(snapshot: Snapshot): FactsCache {
  const known = kept.get(snapshot.schema) ?? new Map<string, Kept>();
  kept.set(snapshot.schema, known);
  return {
    isForChanges: true,
    get(path) {
      const found = known.get(path);
      return found !== undefined && found.hash === snapshot.hash(path)
        ? decodeFacts(path, found.text)
        : undefined;
    },
    put(path, facts) {
      const hash = snapshot.hash(path);
      if (hash !== undefined && (known.has(path) || known.size < MOST_KEPT))
        known.set(path, { hash, text: encodeFacts(path, facts) });
    },
  };
}
