/** Decides when a chat agent has stopped getting anywhere, from what its calls brought. */
import { cutWithoutSecrets } from '../governance/guard/secrets.js';
import { plural } from '../kernel/words.js';
import { type MadeCall, callKey, evidence, subjectOf } from './evidence.js';
import { spokenDuration } from './spoken-duration.js';

/** How long an agent may go on without anything new. */
export type Patience = { readonly calls: number; readonly minutes: number };

/** Of a short budget, at most a third. */
export function patienceMinutes(budget: {
  readonly patience: Patience;
  readonly maxMinutes: number;
}): number {
  return Math.min(budget.patience.minutes, budget.maxMinutes / 3);
}

/** What the agent did since it last brought enough that is new. */
export type Fruitless = {
  /** Calls left: each without anything new takes one, and each with something new gives three. */
  readonly credit: number;
  /** Since the last call with something new. */
  readonly calls: number;
  readonly tokens: number;
  /** Without the time inside tool calls, which have limits of their own. */
  readonly ms: number;
};
export type StandstillLimits = Patience & { readonly maxTokens: number | undefined };

const CREDIT_OF_NEWS = 3;
/** The part of its tokens that an agent may use without anything new. */
const TOKEN_SHARE = 0.25;
/** One long answer proves nothing. */
const FEWEST = 2;
/** The same call so often in a row ends the run. */
export const SAME_IN_A_ROW = 4;

export function isStandstill(
  { credit, calls, tokens, ms }: Fruitless,
  { minutes, maxTokens }: StandstillLimits,
): boolean {
  if (credit <= 0) return true;
  if (calls < FEWEST) return false;
  return ms >= minutes * 60_000 || (maxTokens !== undefined && tokens >= maxTokens * TOKEN_SHARE);
}

export type Standstill = {
  /** Before a call. @returns how many times in a row it was asked for. */
  asked(call: Pick<MadeCall, 'name' | 'argumentsText'>): number;
  /** After a call. `ms`: how long it took. */
  made(call: MadeCall, ms: number): void;
  /** An answer that called nothing and did not end the run. */
  answered(): void;
  /** The work came nearer to its conditions, whatever its calls looked like. */
  nearer(): void;
  /** Half of its credit is gone: the agent can still turn around. */
  isClose(): boolean;
  /** A sentence about what was seen, and for how long, when it is time to stop. */
  reason(): string | undefined;
};

/** `tokens` and `now` (in milliseconds): the whole run until now. */
export function standstill(
  limits: StandstillLimits,
  spent: { readonly tokens: () => number; readonly now: () => number },
): Standstill {
  const news = evidence();
  let credit = limits.calls;
  let [calls, insideMs] = [0, 0];
  let since = { tokens: spent.tokens(), at: spent.now() };
  let seen = { calls: 0, tokens: since.tokens, at: since.at, of: new Map<string, number>() };
  let [last, inARow] = ['', 0];
  const startAgain = (): void => {
    seen = { calls: 0, tokens: spent.tokens(), at: spent.now(), of: new Map() };
  };
  const found = (): void => {
    credit = Math.min(limits.calls, credit + CREDIT_OF_NEWS);
    [calls, insideMs] = [0, 0];
    since = { tokens: spent.tokens(), at: spent.now() };
    if (credit === limits.calls) startAgain();
  };
  const nothing = (what: string): void => {
    credit -= 1;
    calls += 1;
    seen.calls += 1;
    seen.of.set(what, (seen.of.get(what) ?? 0) + 1);
  };
  const fruitless = (): Fruitless => ({
    credit,
    calls,
    tokens: spent.tokens() - since.tokens,
    ms: spent.now() - since.at - insideMs,
  });
  return {
    asked(call) {
      const key = callKey(call);
      inARow = key === last ? inARow + 1 : 1;
      last = key;
      return inARow;
    },
    made(call, ms) {
      insideMs += ms;
      if (news.isNew(call)) found();
      else nothing(subjectOf(call));
    },
    answered: () => nothing('an answer without a call'),
    nearer() {
      news.nearer();
      credit = limits.calls;
      found();
    },
    isClose: () => credit <= limits.calls / 2 && calls > 0,
    reason() {
      if (!isStandstill(fruitless(), limits)) return undefined;
      const time = spokenDuration(Math.max(1000, spent.now() - seen.at));
      const tokens = `about ${spent.tokens() - seen.tokens} tokens`;
      return `The agent was stopped because it got nowhere: ${plural(seen.calls, 'step')} in ${time} (${tokens}) brought no new result, no new difference, and came no nearer to its conditions: ${mostFrequent(seen.of)}.`;
    },
  };
}

const MOST_NAMED = 4;

function mostFrequent(counts: ReadonlyMap<string, number>): string {
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  const named = sorted
    .slice(0, MOST_NAMED)
    .map(([what, count]) => `${cutWithoutSecrets(what, 80)} (${plural(count, 'time')})`);
  const more = sorted.length - named.length;
  return [...named, ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
}
