/** Tells open pages that the workspace changed. */
import { randomBytes } from 'node:crypto';

/** Of this process: after a restart every page has an older version. */
export class Changes {
  #count = 0;
  readonly #boot = randomBytes(4).toString('hex');
  readonly #listeners = new Set<(version: string) => void>();

  get version(): string {
    return `${this.#boot}.${this.#count}`;
  }

  touch(): void {
    this.#count++;
    for (const listener of this.#listeners) listener(this.version);
  }

  /** @returns what ends it. */
  listen(listener: (version: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get listeners(): number {
    return this.#listeners.size;
  }
}
