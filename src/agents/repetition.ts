/** Notices an agent that goes round in circles. */
import { sha256 } from '../kernel/hash.js';

/** The same call this many times in a row ends the run. */
export const SAME_IN_A_ROW = 4;
/** So does the same call with the same result, if nothing new was written since. */
export const SAME_RESULT = 6;

export type Repetition = {
  /** Call it before a call. @returns how many times in a row it was asked for. */
  asked(name: string, argumentsText: string): number;
  /**
   * Call it after a call.
   * @returns how often it gave this result since something new was written.
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

/** Order and spacing of the arguments do not matter. */
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
