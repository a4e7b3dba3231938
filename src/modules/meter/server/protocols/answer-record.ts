/** What was seen of one answer: how much the model wrote, and which usage the upstream stated. */
import { createHash } from 'node:crypto';
import type { Counted } from '../../ledger/types.js';
import { isObject } from './json.js';

/** No tokenizer has a token of more bytes. */
const LONGEST_TOKEN = 128;

export class AnswerRecord {
  readonly #hash = createHash('sha256');
  #bytes = 0;
  #counted: Counted | undefined;
  #isBroken = false;
  isFinal = false;

  wrote(...texts: readonly unknown[]): void {
    for (const text of texts) {
      if (typeof text !== 'string') continue;
      this.#bytes += Buffer.byteLength(text);
      this.#hash.update(text);
    }
  }

  /**
   * Usage adds up during a stream: what is stated later replaces what was stated before, and is
   * never less. @param read `undefined` for what no upstream can mean.
   */
  states(
    usage: unknown,
    read: (usage: Readonly<Record<string, unknown>>) => Counted | undefined,
  ): void {
    if (!isObject(usage)) return;
    const counted = read(usage);
    const before = this.#counted;
    if (counted === undefined || (before !== undefined && shrinks(before, counted)))
      this.#isBroken = true;
    else this.#counted = counted;
  }

  usage(): Counted | undefined {
    const counted = this.#counted;
    if (counted === undefined || this.#isBroken || !this.isFinal) return undefined;
    const { input, output, cacheRead, cacheWrite } = counted;
    if (input + cacheRead + cacheWrite === 0) return undefined;
    return this.#bytes > output * LONGEST_TOKEN ? undefined : counted;
  }

  digest(): string {
    return this.#hash.copy().digest('hex');
  }
}

/** The kinds of input may move among each other, but neither sum may become smaller. */
function shrinks(before: Counted, after: Counted): boolean {
  return after.output < before.output || inputOf(after) < inputOf(before);
}

function inputOf({ input, cacheRead, cacheWrite }: Counted): number {
  return input + cacheRead + cacheWrite;
}

/** A count that is missing or null is none; whatever else is not a whole number is `NaN`. */
export function countOf(value: unknown): number {
  if (value === undefined || value === null) return 0;
  return Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : Number.NaN;
}

/** `undefined` if any of them is not a count. */
export function countedOf(counted: Counted): Counted | undefined {
  return Object.values(counted).every((count) => Number.isSafeInteger(count) && count >= 0)
    ? counted
    : undefined;
}
