/** Runs a workspace's regular expressions with a time limit, so that a catastrophic one ends. */
import { createContext, Script } from 'node:vm';
import type { Context } from 'node:vm';

export type Matched =
  | { readonly kind: 'matched'; readonly count: number; readonly index: number }
  | { readonly kind: 'timed-out'; readonly milliseconds: number };

/** For one pattern over one text. */
export const REGEX_BUDGET_MS = 250;
/** On a busy machine, the time may pass before a pattern has its turn: it gets another one. */
const MOST_TURNS = 4;

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
type Held = { readonly script: Script; readonly slots: Slots; readonly context: Context };
let held: Held | undefined;

/** Counts up to `limit`; `index` is the first match, or -1. */
export function countMatches(
  pattern: RegExp,
  text: string,
  options: { readonly limit?: number; readonly budgetMs?: number } = {},
): Matched {
  const budget = options.budgetMs ?? REGEX_BUDGET_MS;
  held ??= prepare();
  const { slots } = held;
  slots.pattern = new RegExp(
    pattern.source,
    pattern.flags.includes('g') ? pattern.flags : `${pattern.flags}g`,
  );
  slots.text = text;
  slots.limit = options.limit ?? 100_000;
  try {
    const before = process.cpuUsage();
    for (let turn = 1; ; turn++) {
      if (endsWithin(budget, held))
        return { kind: 'matched', count: slots.count, index: slots.index };
      const { user, system } = process.cpuUsage(before);
      const used = (user + system) / 1000;
      if (used >= budget / 2 || turn >= MOST_TURNS)
        return { kind: 'timed-out', milliseconds: budget };
    }
  } finally {
    slots.pattern = undefined;
    slots.text = '';
  }
}

function endsWithin(timeout: number, { script, context }: Held): boolean {
  try {
    script.runInContext(context, { timeout });
    return true;
  } catch (cause) {
    // An error of the other realm is not an instance of this one's Error.
    const isObject = typeof cause === 'object' && cause !== null;
    if (isObject && 'code' in cause && cause.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return false;
    throw cause;
  }
}

function prepare(): { script: Script; slots: Slots; context: Context } {
  const slots: Slots = { pattern: undefined, text: '', limit: 0, count: 0, index: -1 };
  return { script: new Script(COUNT_MATCHES), slots, context: createContext(slots) };
}
