/** Runs a workspace's regular expressions with a time limit, so that a catastrophic one ends. */
import { createContext, Script } from 'node:vm';
import type { Context } from 'node:vm';

export type Matched =
  | { readonly kind: 'matched'; readonly count: number; readonly index: number }
  | { readonly kind: 'timed-out'; readonly milliseconds: number };

/** For one pattern over one text. */
export const REGEX_BUDGET_MS = 250;

// Only a script's time-out can stop a backtracking regular expression in V8.
const COUNT_MATCHES = `
  count = 0; index = -1; pattern.lastIndex = 0;
  for (let found = pattern.exec(text); found !== null && count < limit; found = pattern.exec(text)) {
    if (index < 0) index = found.index;
    count++;
    if (found[0] === '') pattern.lastIndex++;
  }`;

type Slots = {
  pattern: RegExp | undefined;
  text: string;
  limit: number;
  count: number;
  index: number;
};
let held: { readonly script: Script; readonly slots: Slots; readonly context: Context } | undefined;

/** Counts up to `limit`; `index` is the first match, or -1. */
export function countMatches(
  pattern: RegExp,
  text: string,
  options: { readonly limit?: number; readonly budgetMs?: number } = {},
): Matched {
  const budget = options.budgetMs ?? REGEX_BUDGET_MS;
  held ??= prepare();
  const { slots, script, context } = held;
  slots.pattern = new RegExp(
    pattern.source,
    pattern.flags.includes('g') ? pattern.flags : `${pattern.flags}g`,
  );
  slots.text = text;
  slots.limit = options.limit ?? 100_000;
  try {
    script.runInContext(context, { timeout: budget });
    return { kind: 'matched', count: slots.count, index: slots.index };
  } catch (cause) {
    // An error of the other realm is not an instance of this one's Error.
    if (
      typeof cause === 'object' &&
      cause !== null &&
      'code' in cause &&
      cause.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
    )
      return { kind: 'timed-out', milliseconds: budget };
    throw cause;
  } finally {
    slots.pattern = undefined;
    slots.text = '';
  }
}

function prepare(): { script: Script; slots: Slots; context: Context } {
  const slots: Slots = { pattern: undefined, text: '', limit: 0, count: 0, index: -1 };
  return { script: new Script(COUNT_MATCHES), slots, context: createContext(slots) };
}
