/** Tells open pages that the workspace changed. */
import { randomBytes } from 'node:crypto';

/** Hears of the last version only, however many there were since it last asked. */
export type Ear = {
  /** A new version, or `undefined` if there was none for that long, or it was closed. */
  next(forMs: number): Promise<string | undefined>;
  close(): void;
};

/** Of this process: after a restart every page has an older version. */
export class Changes {
  #count = 0;
  readonly #boot = randomBytes(4).toString('hex');
  readonly #ears = new Set<() => void>();

  get version(): string {
    return `${this.#boot}.${this.#count}`;
  }

  touch(): void {
    this.#count++;
    for (const wake of this.#ears) wake();
  }

  listen(): Ear {
    let heard = this.#count;
    let wake: () => void = () => undefined;
    const ear = (): void => wake();
    this.#ears.add(ear);
    return {
      next: async (forMs) => {
        if (heard === this.#count && this.#ears.has(ear))
          await new Promise<void>((resolve) => {
            const timer = setTimeout(resolve, forMs);
            wake = () => {
              clearTimeout(timer);
              resolve();
            };
          });
        if (heard === this.#count) return undefined;
        heard = this.#count;
        return this.version;
      },
      close: () => {
        this.#ears.delete(ear);
        wake();
      },
    };
  }

  get listeners(): number {
    return this.#ears.size;
  }
}
