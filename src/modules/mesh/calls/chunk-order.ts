/** Chunks of a stream in the order in which they were sent: what comes early waits. */

/** How many may wait for an earlier one. */
const MOST_WAITING = 1_024;

export class ChunkOrder {
  readonly #deliver: (data: unknown) => void;
  readonly #waiting = new Map<number, unknown>();
  #next = 1;

  constructor(deliver: (data: unknown) => void) {
    this.#deliver = deliver;
  }

  /** A number that was here before is dropped. @returns whether there is room for more. */
  take(seq: number, data: unknown): boolean {
    if (!Number.isSafeInteger(seq) || seq < this.#next || this.#waiting.has(seq)) return true;
    this.#waiting.set(seq, data);
    while (this.#waiting.has(this.#next)) {
      const next = this.#waiting.get(this.#next);
      this.#waiting.delete(this.#next);
      this.#next += 1;
      this.#deliver(next);
    }
    return this.#waiting.size <= MOST_WAITING;
  }

  /** @param count of all chunks, which the answer says. */
  missing(count: number): readonly number[] {
    const missing: number[] = [];
    for (let seq = this.#next; seq <= count && missing.length < MOST_WAITING; seq++)
      if (!this.#waiting.has(seq)) missing.push(seq);
    return missing;
  }

  /** What waits behind a gap that stays, in order. */
  flush(): void {
    for (const seq of [...this.#waiting.keys()].sort((a, b) => a - b)) {
      this.#deliver(this.#waiting.get(seq));
      this.#next = seq + 1;
    }
    this.#waiting.clear();
  }
}
