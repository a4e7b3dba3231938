/**
 * Gives memory back when nobody asks: V8 lets garbage grow to the size of what is in use several
 * times over before it collects it, on a machine with much memory.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Since the last time. */
const GARBAGE = 48 * 1024 * 1024;
const QUIET_MS = 300;
/** The heap grows by little at a time. */
const SPARING = '--optimize-for-size';

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
