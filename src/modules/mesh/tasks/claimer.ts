/** Claims the next task that waits for this node, by compare-and-swap of its record. */
import type { KV } from '@nats-io/kv';
import type { Identity } from '../identity.js';
import { type KeyOf, signValue } from '../wire/jws.js';
import { MeshRefusal } from '../wire/refusal.js';
import { type Entry, openRecord } from './judge-record.js';
import { mayClaim } from './may-claim.js';
import type { TaskRecord } from './task.js';
import { readWake, type WakeUps } from './wake-ups.js';

/** Before another node is asked about a task that is not for this one. */
const OTHERS_MS = 1_000;

export type ClaimerOptions = {
  readonly identity: Pick<Identity, 'node' | 'key'>;
  readonly wakeUps: WakeUps;
  readonly kv: () => Promise<KV>;
  readonly keyOf: KeyOf;
  readonly lanes: () => readonly string[];
  readonly mayPropose: (owner: string) => boolean;
  /** Why a task was not claimed, where that is worth telling. */
  readonly say?: (line: string) => void;
};

export class Claimer {
  readonly #options: ClaimerOptions;

  constructor(options: ClaimerOptions) {
    this.#options = options;
  }

  /**
   * If another node was faster, takes the next one at once. What it costs does not depend on how
   * many wait. Nothing: none waits now. @throws as the client does.
   * @param room how many could be claimed now, one after the other.
   */
  async next(room = 1): Promise<TaskRecord | undefined> {
    const { wakeUps, lanes } = this.#options;
    for (;;) {
      const message = await wakeUps.next(lanes(), room);
      if (message === undefined) return undefined;
      const claimed = await this.#claim(message.text).catch((error: unknown) => {
        message.nak();
        throw error;
      });
      if (claimed === 'other') message.nak(OTHERS_MS);
      else wakeUps.done(message);
      if (typeof claimed === 'object') return claimed;
    }
  }

  async #claim(text: string): Promise<TaskRecord | 'none' | 'other'> {
    const wake = readWake(text);
    if (wake === undefined) return 'none';
    const { key, entry } = wake;
    const claimed = entry === undefined ? 'stale' : await this.#swap(key, entry);
    if (claimed !== 'stale') return claimed;
    // The record is another one by now, and may still wait: its owner may have written it again.
    const now = await readEntry(await this.#options.kv(), key);
    const again = now === undefined ? 'none' : await this.#swap(key, now);
    return again === 'stale' ? 'none' : again;
  }

  /** `stale`: another value was written first. */
  async #swap(key: string, entry: Entry): Promise<TaskRecord | 'none' | 'other' | 'stale'> {
    const { identity, keyOf, lanes, mayPropose, say } = this.#options;
    const kv = await this.#options.kv();
    try {
      const opened = openRecord(entry.text, keyOf);
      const { node } = identity;
      const refusal = mayClaim(opened, { node, key, lanes: lanes(), mayPropose });
      if (refusal !== undefined) return refusal.kind;
      const { why: _, ...record } = opened.record;
      const claimed: TaskRecord = { ...record, state: 'claimed', node };
      await kv.update(key, signValue('task', identity, claimed), entry.revision);
      return claimed;
    } catch (error) {
      if (isConflict(error)) return 'stale';
      if (!(error instanceof MeshRefusal)) throw error;
      say?.(`${key} was not claimed: ${error.message}`);
      return 'none';
    }
  }
}

async function readEntry(kv: KV, key: string): Promise<Entry | undefined> {
  const entry = await kv.get(key);
  if (entry === null || entry.operation !== 'PUT') return undefined;
  return { text: entry.string(), revision: entry.revision };
}

/** Another value was written first. */
export function isConflict(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 10071;
}
