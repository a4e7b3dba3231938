/** Runs a workspace's regular expressions with a time limit, so that a catastrophic one ends. */
import { createContext, Script } from 'node:vm';
import type { Context } from 'node:vm';

export type Matched =
  | { readonly kind: 'matched'; readonly count: number; readonly index: number }
  | { readonly kind: 'timed-out'; readonly milliseconds: number };

/** Of processor time, for one pattern over one text. */
export const REGEX_BUDGET_MS = 250;
/** V8 stops a script by the clock: on a busy machine it gets so many times more. */
const PATIENCE = [1, 3, 9] as const;

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
  options: {
    readonly limit?: number;
    readonly budgetMs?: number;
    /** Processor time that this process has used. */
    readonly usedMs?: () => number;
  } = {},
): Matched {
  const { budgetMs: budget = REGEX_BUDGET_MS, usedMs = processorMs } = options;
  held ??= prepare();
  const { slots, script, context } = held;
  slots.pattern = new RegExp(
    pattern.source,
    pattern.flags.includes('g') ? pattern.flags : `${pattern.flags}g`,
  );
  slots.text = text;
  slots.limit = options.limit ?? 100_000;
  try {
    for (const patience of PATIENCE) {
      const before = usedMs();
      if (endsWithin(budget * patience, script, context))
        return { kind: 'matched', count: slots.count, index: slots.index };
      if (usedMs() - before >= budget * ALMOST) break;
    }
    return { kind: 'timed-out', milliseconds: budget };
  } finally {
    slots.pattern = undefined;
    slots.text = '';
  }
}

/** A script that had the processor to itself has used a little less than the clock says. */
const ALMOST = 0.9;

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function endsWithin(milliseconds: number, script: Script, context: Context): boolean {
  try {
    script.runInContext(context, { timeout: milliseconds });
    return true;
  } catch (cause) {
    // An error of the other realm is not an instance of this one's Error.
    if (
      typeof cause === 'object' &&
      cause !== null &&
      'code' in cause &&
      cause.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
    )
      return false;
    throw cause;
  }
}

function prepare(): { script: Script; slots: Slots; context: Context } {
  const slots: Slots = { pattern: undefined, text: '', limit: 0, count: 0, index: -1 };
  return { script: new Script(COUNT_MATCHES), slots, context: createContext(slots) };
}
