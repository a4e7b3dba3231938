/**
 * Collects garbage when nobody asks: V8 lets it grow to the size of what is in use several times
 * over, on a machine with much memory, and then collects it while somebody waits for a page.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Since the last time. */
const GARBAGE = 16 * 1024 * 1024;
const QUIET_MS = 300;
/**
 * The heap grows by that much at a time, which is the garbage of some pages: V8's own way to spare
 * memory collects it in each of them, with all processors.
 */
const SPARING = '--heap-growing-percent=15';

export class TidyMemory {
  #timer: NodeJS.Timeout | undefined;
  #inUse = 0;
  readonly #collect: () => void;

  constructor() {
    setFlagsFromString(SPARING);
    setFlagsFromString('--expose-gc');
    this.#collect = runInNewContext('gc') as () => void;
  }

  /** After each answer. */
  touch(): void {
    clearTimeout(this.#timer);
    const isMuch = memory() > this.#inUse + GARBAGE;
    if (isMuch) this.#timer = setTimeout(() => this.#tidy(), QUIET_MS).unref();
  }

  #tidy(): void {
    this.#collect();
    this.#inUse = memory();
  }
}

function memory(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
