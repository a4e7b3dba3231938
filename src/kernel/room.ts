/** So many at once; the others wait, in the order in which they came. */

export class Room {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(most: number) {
    this.#free = most;
  }

  /** @throws the reason of `signal` for what was ended before it began, and what `work` throws. */
  async enter<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    await this.#place();
    try {
      signal.throwIfAborted();
      return await work();
    } finally {
      this.#free++;
      this.#waiting.shift()?.();
    }
  }

  async #place(): Promise<void> {
    while (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#free--;
  }
}
