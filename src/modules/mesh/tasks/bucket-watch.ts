/**
 * A watch of keys of a bucket that goes on when the server was restarted, and begins again when its
 * store was wiped, truncated or restored: a watch of the client would wait there for ever.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { KV, KvEntry } from '@nats-io/kv';
import type { Entry } from './judge-record.js';

/** How often it looks whether the store is still the same one. */
const LOOK_MS = 3_000;
/** A watch that tells nothing at first has nothing to tell. */
const QUIET_MS = 1_000;

export type WatchEvents = {
  /** `entry.text` is empty for a key that was removed. */
  readonly onEntry: (key: string, entry: Entry) => void;
  /** What was told before is void. Called before the first entry, too. */
  readonly onReset: () => void;
  /** Everything that was there is told. */
  readonly onReady?: () => void;
};

/** Until the signal. @param keys such as `lead.*`. */
export async function watchBucket(
  open: () => Promise<KV>,
  keys: string,
  events: WatchEvents & { readonly signal: AbortSignal },
): Promise<void> {
  const { signal } = events;
  while (!signal.aborted) {
    try {
      await watchOnce(await open(), keys, events);
    } catch {
      // No server, or no bucket yet: both come back.
    }
    await pause(LOOK_MS / 3, undefined, { signal }).catch(() => undefined);
  }
}

/** Until the store is another one. @throws as the client does */
async function watchOnce(
  kv: KV,
  keys: string,
  { onEntry, onReset, onReady, signal }: WatchEvents & { readonly signal: AbortSignal },
): Promise<void> {
  const { created } = (await kv.status()).streamInfo;
  let highest = 0;
  /** By key, the last that was told. */
  const told = new Map<string, number>();
  let lost: string | undefined;
  let isReady = false;
  const ready = (): void => {
    if (!isReady) onReady?.();
    isReady = true;
  };
  onReset();
  const watch = await kv.watch({ key: keys });
  const take = (entry: KvEntry & { readonly isUpdate: boolean }): void => {
    highest = Math.max(highest, entry.revision);
    told.set(entry.key, entry.revision);
    const text = entry.operation === 'PUT' ? entry.string() : '';
    onEntry(entry.key, { text, revision: entry.revision });
    if (entry.isUpdate) ready();
  };
  let isEnded = false;
  const tell = async (): Promise<void> => {
    for await (const entry of watch) take(entry);
    isEnded = true;
  };
  const telling = tell();
  try {
    await pause(QUIET_MS, undefined, { signal });
    if (highest === 0) ready();
    while (!isEnded) {
      await pause(LOOK_MS, undefined, { signal });
      ready();
      // What is told while the answer is on its way is newer than the answer.
      const before = highest;
      const { streamInfo } = await kv.status();
      const { last_seq, first_seq } = streamInfo.state;
      if (streamInfo.created !== created || last_seq < before) return;
      // A purge is not told. What is on its way to us is told until the next look.
      const missing = goneBefore(told, first_seq);
      if (missing !== undefined && missing === lost) return;
      lost = missing;
    }
  } finally {
    watch.stop();
    await telling.catch(() => undefined);
  }
}

/** A value that the store does not have any more, although nothing was told after it. */
function goneBefore(told: ReadonlyMap<string, number>, first: number): string | undefined {
  for (const [key, revision] of told) if (revision < first) return `${key} ${revision}`;
  return undefined;
}
