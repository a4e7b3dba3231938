/**
 * When a node last named a claim in an announcement, by this node's own clock: the lease. Times
 * that a node says are never looked at.
 */
import type { Heard } from '../node/live-node.js';

export class HeardClaims {
  readonly #owner: string;
  readonly #announced = new Map<string, string>();
  readonly #named = new Map<string, number>();
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
        if (owner === this.#owner) this.#named.set(`${node} ${task} ${attempt}`, now);
    }
  }

  /** Milliseconds since then. @param seen when this node saw the claim. */
  unheard(
    claim: { readonly node: string; readonly task: string; readonly attempt: number },
    seen: number,
    now: number,
  ): number {
    const key = `${claim.node} ${claim.task} ${claim.attempt}`;
    return now - Math.max(this.#named.get(key) ?? seen, seen, this.#since);
  }

  /** Of a task that is over. */
  forget(task: string): void {
    for (const key of this.#named.keys()) if (key.split(' ')[1] === task) this.#named.delete(key);
  }
}
