/** Facts of files that many cases have alike: each is collected once in a test file. */
import type { FileFacts } from '../../src/validate/fact-types.js';
import type { FactsCache } from '../../src/validate/validate-snapshot.js';
import type { Snapshot } from '../../src/workspace/types.js';

const facts = new Map<string, FileFacts>();

/** Facts depend on nothing but path, content and schema. */
export function sharedFacts(snapshot: Snapshot): FactsCache {
  const keyOf = (path: string): string =>
    `${path} ${snapshot.hash(path)} ${snapshot.hash('REGISTRY.md')}`;
  return {
    get: (path) => facts.get(keyOf(path)),
    put: (path, found) => void facts.set(keyOf(path), found),
  };
}
