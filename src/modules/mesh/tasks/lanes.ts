/** The lanes of the mesh: sets of tags for which the lead has made consumers. */
import { type KV, Kvm } from '@nats-io/kv';
import { parsedJson } from '../../../kernel/parsed-json.js';
import type { LiveNode } from '../node/live-node.js';
import { BUCKET, laneOf } from '../wire/names.js';
import { watchBucket } from './bucket-watch.js';

/** Payload of a message of kind `lane` to the lead, who makes the lane. */
export type LaneRequest = { readonly tags: readonly string[] };

const ASK_MS = 10_000;

export class Lanes {
  readonly #node: LiveNode;
  readonly #tags = new Map<string, readonly string[]>();
  readonly #asked = new Map<string, number>();

  constructor(node: LiveNode) {
    this.#node = node;
  }

  /** Until the signal. @param onChange called after each change. */
  async watch(signal: AbortSignal, onChange: () => void = () => undefined): Promise<void> {
    const open = (): Promise<KV> => new Kvm(this.#node.connection).open(BUCKET.lanes);
    await watchBucket(open, '*', {
      signal,
      onReset: () => this.#tags.clear(),
      onEntry: (lane, { text }) => {
        this.#take(lane, text);
        onChange();
      },
    });
  }

  has(lane: string): boolean {
    return this.#tags.has(lane);
  }

  /** Lanes whose tasks a node with these tags may take. */
  satisfiedBy(tags: readonly string[]): readonly string[] {
    return [...this.#tags]
      .filter(([, needed]) => needed.every((tag) => tags.includes(tag)))
      .map(([lane]) => lane);
  }

  /** Asks the lead for a lane; not again within seconds. */
  ask(tags: readonly string[], now: number): void {
    const lane = laneOf(tags);
    const last = this.#asked.get(lane);
    if (last !== undefined && now - last < ASK_MS) return;
    const { lead } = this.#node.roster;
    if (lead !== this.#node.node && !this.#node.heard().has(lead)) return;
    this.#asked.set(lane, now);
    this.#node.send('lane', lead, { tags } satisfies LaneRequest);
  }

  #take(lane: string, text: string): void {
    const tags = text === '' ? undefined : parsedJson(text);
    const isTags = Array.isArray(tags) && tags.every((tag) => typeof tag === 'string');
    if (isTags && laneOf(tags) === lane) this.#tags.set(lane, tags);
    else this.#tags.delete(lane);
  }
}
