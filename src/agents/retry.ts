/** Retries with backoff, for all runners. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunEvent } from './types.js';

export type TryAgainOptions = {
  /** Including the first. */
  readonly maxAttempts: number;
  readonly wait: Wait;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly on: (event: RunEvent) => void;
  /** Milliseconds that may still be spent waiting. */
  readonly timeLeft: () => number;
};

/** `again`: it may be repeated, and why. */
export type Attempt<T> = {
  readonly result: T;
  readonly again?: { readonly why: string; readonly retryAfterMs?: number };
};
/** `tooLongMs`: the next wait would have exceeded the time left. `cancelled`: while waiting. */
export type Attempted<T> = {
  readonly result: T;
  readonly attempts: number;
  readonly tooLongMs?: number;
  readonly cancelled?: true;
};

/** Reports every wait as an event. */
export async function tryAgain<T>(
  options: TryAgainOptions,
  once: (attempt: number) => Promise<Attempt<T>>,
): Promise<Attempted<T>> {
  const { maxAttempts, wait, random, signal, on, timeLeft } = options;
  for (let attempts = 1; ; attempts++) {
    const { result, again } = await once(attempts);
    if (again === undefined || attempts >= maxAttempts) return { result, attempts };
    const waitMs = backoffMs(attempts, random(), again.retryAfterMs);
    if (waitMs > timeLeft()) return { result, attempts, tooLongMs: waitMs };
    on({ kind: 'retry', attempt: attempts, waitMs, why: again.why });
    try {
      await wait(waitMs, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    if (signal.aborted) return { result, attempts, cancelled: true };
  }
}

/** Rejects or resolves early if the signal aborts first. Injected, so that tests do not wait. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<void>;

const BASE_MS = 1000;
const LONGEST_MS = 60_000;

/**
 * Exponential with equal jitter: 0.5 to 1 s, doubled each time, at most 60 s. `Retry-After` is a
 * lower bound, plus jitter so that clients do not return at the same instant.
 * @param random in [0, 1)
 */
export function backoffMs(attempt: number, random: number, retryAfterMs?: number): number {
  const step = Math.min(LONGEST_MS, BASE_MS * 2 ** (attempt - 1));
  const own = Math.round(step / 2 + (step / 2) * random);
  return retryAfterMs === undefined ? own : Math.max(own, Math.round(retryAfterMs + 250 * random));
}

/** From `retry-after-ms`, or from `retry-after` in seconds or as an HTTP date. */
export function retryAfterMs(
  header: (name: string) => string | null,
  now: number,
): number | undefined {
  const exact = Number.parseFloat(header('retry-after-ms') ?? '');
  if (exact >= 0) return exact;
  const value = header('retry-after')?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
  const date = /[a-z]/i.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** At most the 24 days that a timer can wait. */
export const pause: Wait = async (ms, signal) => {
  await sleep(Math.min(ms, 2 ** 31 - 1), undefined, { signal });
};
