/** Facts and records of files: from the cache if a file has not changed, and into it if it has. */
import { sha256 } from '../kernel/hash.js';
import { routeOf } from '../registry/route.js';
import type { ContentCache } from '../workspace/cache.js';
import type { Fresh } from '../workspace/cache-tables.js';
import { encodeRecords } from '../workspace/cached-records.js';
import { type CachedSnapshot, cachedSnapshot, recordsPart } from '../workspace/cached-snapshot.js';
import { isLongLog } from '../workspace/log-windows.js';
import type { Snapshot } from '../workspace/types.js';
import { decodeFacts, encodeFacts } from './facts-text.js';
import type { WindowCache } from './log-facts.js';
import { isNoted, type UnchangedFacts } from './collect-facts.js';
import type { FileFacts } from './fact-types.js';
import { fileFacts } from './file-facts.js';
import { governedFile } from './governed-file.js';
import { FILE_RULES } from './rules.js';
import type { CachedAnswers } from './run-rules.js';

/** The records of a longer file are not cached: their text could exceed V8's longest string. */
const LONGEST = 16_000_000;

export type CachedFacts = {
  /** The snapshot, with records, hashes and answers of queries from the cache. */
  readonly snapshot: Snapshot;
  /** Whether a query had a random answer. */
  readonly askedChance: CachedSnapshot['askedChance'];
  readonly unchanged: UnchangedFacts;
  get(path: string): FileFacts | undefined;
  put(path: string, facts: FileFacts): void;
  putNone(path: string): void;
  readonly windows: WindowCache;
  readonly answers: CachedAnswers;
};

export function cachedFacts(snapshot: Snapshot, cache: ContentCache): CachedFacts {
  const cached = cachedSnapshot(snapshot, cache);
  return {
    ...cached,
    unchanged: { ...cache.unchanged, has: cache.isUnchanged },
    windows: { get: cache.window, put: cache.keepWindow },
    answers: cache,
    get(path) {
      const text = cache.facts(path);
      return text === undefined ? undefined : decodeFacts(path, text);
    },
    put(path, facts) {
      const file = freshFile(snapshot, path, facts);
      if (file !== undefined) cache.put(path, file);
      snapshot.release?.(path);
    },
    putNone: (path) => cache.put(path, undefined),
  };
}

/** What the cache keeps of a file; `undefined` if no rule reads it. */
export function freshFacts(snapshot: Snapshot, path: string): Fresh | undefined {
  const file = governedFile(snapshot, path, routeOf(snapshot.schema, path).tier);
  return file === undefined ? undefined : freshFile(snapshot, path, fileFacts(file, FILE_RULES));
}

/** What the cache keeps of a file that was read; `undefined` if it is gone. */
function freshFile(snapshot: Snapshot, path: string, facts: FileFacts): Fresh | undefined {
  const hash = snapshot.hash(path);
  if (hash === undefined) return undefined;
  const records = new Map<string, string>();
  const isTooLong = (snapshot.files.get(path)?.size ?? 0) > LONGEST || isLongLog(snapshot, path);
  let lines = '';
  for (const { object } of snapshot.objectsOf(path)) {
    const text = isTooLong ? undefined : encodeRecords(snapshot.recordsIn(path, object));
    if (text !== undefined) records.set(object, text);
    lines += `${recordsPart(object)}\t${text === undefined ? hash : sha256(text)}\n`;
  }
  const { records: count } = facts;
  const noted = isNoted(facts);
  return { facts: encodeFacts(path, facts) + lines, records, hash, count, noted };
}
