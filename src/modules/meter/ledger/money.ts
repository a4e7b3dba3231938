/**
 * The arithmetic of tokens and money. Money is whole nanos; products are computed with big
 * integers, and what does not come out even is rounded up.
 */
import type { Ask, Counted, Price, Spend } from './types.js';

export const NANOS = 1_000_000_000;
const MILLION = 1_000_000n;
export const NOTHING: Spend = { tokens: 0, nanos: 0 };

/**
 * A decimal such as `0.075` as nanos, times another decimal, rounded up. `undefined`: not a number,
 * negative, or more than can be counted exactly.
 */
export function nanosOf(decimal: string, rate = '1'): number | undefined {
  const [amount, factor] = [parsed(decimal), parsed(rate)];
  if (amount === undefined || factor === undefined) return undefined;
  const scale = 10n ** BigInt(amount.digits + factor.digits);
  return safe(ceilDivide(amount.units * factor.units * BigInt(NANOS), scale));
}

function parsed(text: string): { readonly units: bigint; readonly digits: number } | undefined {
  const [, whole = '', fraction = ''] = /^(\d{1,15})(?:\.(\d{1,18}))?$/.exec(text.trim()) ?? [];
  if (whole === '') return undefined;
  return { units: BigInt(whole + fraction), digits: fraction.length };
}

/** What a call costs by what was counted. */
export function costOf(price: Price, counted: Counted): number {
  return total([
    [counted.input, price.input],
    [counted.output, price.output],
    [counted.cacheRead, price.cacheRead],
    [counted.cacheWrite, price.cacheWrite],
  ]);
}

export function tokensOf({ input, output, cacheRead, cacheWrite }: Counted): number {
  return input + output + cacheRead + cacheWrite;
}

/** The most that a call can cost if each of its answers has `maxOutput` tokens. */
export function worstCase(ask: WorstCaseOf, maxOutput: number): Spend {
  const output = maxOutput * (ask.choices ?? 1);
  const { price } = ask;
  return {
    tokens: ask.inputTokens + output,
    nanos:
      price === undefined
        ? 0
        : total([
            [ask.inputTokens, dearestInput(price, ask.cacheWrites === true)],
            [output, price.output],
          ]),
  };
}
type WorstCaseOf = Pick<Ask, 'inputTokens' | 'price' | 'choices' | 'cacheWrites'>;

/** The largest output of a call whose worst case is within `left`; less than 0 if none is. */
export function largestOutput(ask: WorstCaseOf, unit: 'tokens' | 'nanos', left: number): number {
  const choices = ask.choices ?? 1;
  if (unit === 'tokens') return Math.floor((left - ask.inputTokens) / choices);
  const { price } = ask;
  if (price === undefined) return Number.POSITIVE_INFINITY;
  const rest =
    BigInt(left) * MILLION -
    BigInt(ask.inputTokens) * BigInt(dearestInput(price, ask.cacheWrites === true));
  if (rest < 0n) return -1;
  if (price.output === 0) return Number.POSITIVE_INFINITY;
  return Number(rest / (BigInt(price.output) * BigInt(choices)));
}

function dearestInput({ input, cacheRead, cacheWrite }: Price, cacheWrites: boolean): number {
  return Math.max(input, cacheRead, cacheWrites ? cacheWrite : 0);
}

function total(parts: readonly (readonly [tokens: number, nanosPerMillion: number])[]): number {
  const sum = parts.reduce((all, [tokens, price]) => all + BigInt(tokens) * BigInt(price), 0n);
  return safe(ceilDivide(sum, MILLION)) ?? Number.MAX_SAFE_INTEGER;
}

function ceilDivide(amount: bigint, by: bigint): bigint {
  return (amount + by - 1n) / by;
}

function safe(amount: bigint): number | undefined {
  return amount <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(amount) : undefined;
}

export function plus(a: Spend, b: Spend): Spend {
  return { tokens: a.tokens + b.tokens, nanos: a.nanos + b.nanos };
}

export function minus(a: Spend, b: Spend): Spend {
  return { tokens: a.tokens - b.tokens, nanos: a.nanos - b.nanos };
}
