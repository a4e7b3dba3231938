/** Facts and records of files, from the cache where a file is as it was, and into it where it is not. */
import type { ContentCache } from '../workspace/cache.js';
import { decodeRecords, encodeRecords, withKeptRecords } from '../workspace/kept-records.js';
import type { Snapshot } from '../workspace/types.js';
import { decodeFacts, encodeFacts } from './facts-text.js';
import type { FileFacts } from './file-facts.js';

/** Longer files keep their facts only: their records as one text could be longer than a text can be. */
const LONGEST = 16_000_000;

export type KeptFacts = {
  /** The given snapshot with records and hashes taken from the cache. */
  readonly snapshot: Snapshot;
  get(path: string): FileFacts | undefined;
  put(path: string, facts: FileFacts): void;
};

export function keptFacts(snapshot: Snapshot, cache: ContentCache): KeptFacts {
  const recordsIn = (file: string, object: string): ReturnType<typeof decodeRecords> | undefined => {
    const text = cache.records(file, object);
    return text === undefined ? undefined : decodeRecords(text, { object, file });
  };
  return {
    snapshot: withKeptRecords({ ...snapshot, hash: (path) => cache.hash(path) ?? snapshot.hash(path) }, recordsIn),
    get(path) {
      const text = cache.facts(path);
      return text === undefined ? undefined : decodeFacts(path, text);
    },
    put(path, facts) {
      const records = new Map<string, string>();
      const objects = (snapshot.files.get(path)?.size ?? 0) > LONGEST ? [] : snapshot.objectsOf(path);
      for (const { object } of objects) {
        const text = encodeRecords(snapshot.recordsIn(path, object));
        if (text !== undefined) records.set(object, text);
      }
      cache.put(path, { facts: encodeFacts(path, facts), records });
      snapshot.release?.(path);
    },
  };
}
