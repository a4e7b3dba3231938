/** Notices an agent that goes round in circles. */
import { sha256 } from '../kernel/hash.js';

/** The very same call this many times in a row ends the run; it is not made again. */
export const SAME_IN_A_ROW = 4;
/**
 * The very same call with the very same result this often, nothing new having been written
 * meanwhile, ends it too.
 */
export const SAME_RESULT = 6;

export type Repetition = {
  /** Told before a call is made. @returns how many times in a row it has now been asked for. */
  asked(name: string, argumentsText: string): number;
  /**
   * Told after a call was made.
   * @returns how often the same call has had the same result since something new was written.
   */
  answered(
    name: string,
    argumentsText: string,
    result: { readonly ok: boolean; readonly text: string },
  ): number;
};

export function repetition(): Repetition {
  let last = '';
  let inARow = 0;
  const seen = new Map<string, number>();
  const written = new Set<string>();
  return {
    asked(name, argumentsText) {
      const call = key(name, argumentsText);
      inARow = call === last ? inARow + 1 : 1;
      last = call;
      return inARow;
    },
    answered(name, argumentsText, result) {
      const call = key(name, argumentsText);
      if (result.ok && (name === 'write' || name === 'edit') && !written.has(call)) {
        written.add(call);
        seen.clear();
      }
      const outcome = sha256(`${call}\n${result.text}`);
      const times = (seen.get(outcome) ?? 0) + 1;
      seen.set(outcome, times);
      return times;
    },
  };
}

/** Two calls are the same when their arguments say the same, in whatever order and spacing. */
function key(name: string, argumentsText: string): string {
  return sha256(`${name}\n${canonical(argumentsText)}`);
}

function canonical(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : JSON.stringify(value);
  } catch {
    return text;
  }
}
