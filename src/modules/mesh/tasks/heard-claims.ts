/**
 * When a node last named a claim in an announcement, by this node's own clock: the lease. Times
 * that a node says are never looked at.
 */
import type { Heard } from '../node/live-node.js';

/** Claims of one node; an announcement names at most half of them. */
const MOST_NAMED = 1_000;

export class HeardClaims {
  readonly #owner: string;
  readonly #announced = new Map<string, string>();
  /** By node: when it last named a claim, the newest last. */
  readonly #named = new Map<string, Map<string, number>>();
  /** Since when this node listens without a gap. */
  #since: number;
  #looked: number;

  constructor(owner: string, now: number) {
    this.#owner = owner;
    this.#since = now;
    this.#looked = now;
  }

  /** After a gap nobody could be heard, so every lease begins again. */
  listenAgain(now: number): void {
    this.#since = now;
  }

  /** @param longestGap between two looks, above which this process was stopped. */
  look(heard: ReadonlyMap<string, Heard>, now: number, longestGap: number): void {
    if (now - this.#looked > longestGap || now < this.#looked) this.#since = now;
    this.#looked = now;
    for (const [node, { announcement }] of heard) {
      const mark = `${announcement.session} ${announcement.seq}`;
      if (this.#announced.get(node) === mark) continue;
      this.#announced.set(node, mark);
      for (const { owner, task, attempt } of announcement.running)
        if (owner === this.#owner) this.#name(node, `${task} ${attempt}`, now);
    }
  }

  /** A node that names more and more claims makes this one forget its own only. */
  #name(node: string, claim: string, now: number): void {
    const named = this.#named.get(node) ?? new Map<string, number>();
    this.#named.set(node, named);
    named.delete(claim);
    named.set(claim, now);
    for (const oldest of named.keys()) {
      if (named.size <= MOST_NAMED) return;
      named.delete(oldest);
    }
  }

  /** Milliseconds since then. @param seen when this node saw the claim. */
  unheard(
    claim: { readonly node: string; readonly task: string; readonly attempt: number },
    seen: number,
    now: number,
  ): number {
    const named = this.#named.get(claim.node)?.get(`${claim.task} ${claim.attempt}`);
    return now - Math.max(named ?? seen, seen, this.#since);
  }

  /** Of a task that is over. */
  forget(task: string): void {
    for (const named of this.#named.values())
      for (const claim of named.keys()) if (claim.startsWith(`${task} `)) named.delete(claim);
  }
}
