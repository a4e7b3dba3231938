/** So many at once; the others wait, in the order in which they came. */

export class Room {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(most: number) {
    this.#free = most;
  }

  /** @throws the reason of `signal` for what was ended before it began, and what `work` throws. */
  async enter<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      signal?.throwIfAborted();
      return await work();
    } finally {
      const next = this.#waiting.shift();
      // Its place goes to the next one, so that nobody who comes later is before it.
      if (next === undefined) this.#free++;
      else next();
    }
  }
}
