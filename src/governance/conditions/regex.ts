/** Runs a workspace's regular expressions with a time limit, so that a catastrophic one ends. */
import { createContext, Script } from 'node:vm';
import type { Context } from 'node:vm';

type TimedOut = { readonly kind: 'timed-out'; readonly milliseconds: number };
export type Matched =
  | { readonly kind: 'matched'; readonly count: number; readonly index: number }
  | TimedOut;
/** By their index, from 0. */
type MatchedLines = { readonly kind: 'matched'; readonly lines: readonly number[] } | TimedOut;

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
// Names of the context are slow to look up.
const FIND_LINES = `{
  const [wanted, all, found, most] = [pattern, lines, matched, limit];
  for (let i = 0; i < all.length && found.length < most; i++) {
    wanted.lastIndex = 0;
    if (wanted.test(all[i])) found.push(i);
  }
}`;

type Slots = {
  pattern: RegExp | undefined;
  text: string;
  lines: readonly string[];
  limit: number;
  count: number;
  index: number;
  matched: number[];
};
type Held = {
  readonly countMatches: Script;
  readonly findLines: Script;
  readonly slots: Slots;
  readonly context: Context;
};
type Options = {
  readonly limit?: number;
  readonly budgetMs?: number;
  /** Processor time that this process has used. */
  readonly usedMs?: () => number;
};
let held: Held | undefined;

/** Counts up to `limit`; `index` is the first match, or -1. */
export function countMatches(pattern: RegExp, text: string, options: Options = {}): Matched {
  return run('countMatches', { pattern, text, ...options }, ({ count, index }) => ({
    kind: 'matched',
    count,
    index,
  }));
}

/** Those that match, up to `limit`. A thread watches each call, so many lines share one. */
export function linesMatching(
  pattern: RegExp,
  lines: readonly string[],
  options: Options = {},
): MatchedLines {
  return run('findLines', { pattern, lines, ...options }, ({ matched }) => ({
    kind: 'matched',
    lines: matched,
  }));
}

type Input = Options & { readonly pattern: RegExp } & Partial<Pick<Slots, 'text' | 'lines'>>;

function run<T>(
  name: 'countMatches' | 'findLines',
  { pattern, text = '', lines = [], limit = 100_000, ...options }: Input,
  resultOf: (slots: Slots) => T,
): T | TimedOut {
  const { budgetMs: budget = REGEX_BUDGET_MS, usedMs = processorMs } = options;
  held ??= prepare();
  const { slots, context, [name]: script } = held;
  const flags = pattern.flags.includes('g') ? pattern.flags : `${pattern.flags}g`;
  Object.assign(slots, { pattern: new RegExp(pattern.source, flags), text, lines, limit });
  try {
    for (const patience of PATIENCE) {
      const before = usedMs();
      slots.matched = [];
      if (endsWithin(budget * patience, script, context)) return resultOf(slots);
      if (usedMs() - before >= budget * ALMOST) break;
    }
    return { kind: 'timed-out', milliseconds: budget };
  } finally {
    Object.assign(slots, { pattern: undefined, text: '', lines: [] });
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

function prepare(): Held {
  const slots: Slots = {
    pattern: undefined,
    text: '',
    lines: [],
    limit: 0,
    count: 0,
    index: -1,
    matched: [],
  };
  return {
    countMatches: new Script(COUNT_MATCHES),
    findLines: new Script(FIND_LINES),
    slots,
    context: createContext(slots),
  };
}
