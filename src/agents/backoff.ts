/** How long to wait before trying again, and waiting. */
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits; resolves early or rejects when the signal is aborted first. Injected, so that tests do not
 * wait.
 */
export type Wait = (ms: number, signal: AbortSignal) => Promise<void>;

const BASE_MS = 1000;
const LONGEST_MS = 60_000;

/**
 * Exponential with equal jitter: attempt 1 waits 0.5 to 1 s, each further one twice as long, 60 s
 * at most. What the server asked for
 * (`Retry-After`) is a lower bound and gets a little jitter on top, so that many clients do not
 * come back at the same instant.
 * @param random a number in [0, 1).
 */
export function backoffMs(attempt: number, random: number, retryAfterMs?: number): number {
  const step = Math.min(LONGEST_MS, BASE_MS * 2 ** (attempt - 1));
  const own = Math.round(step / 2 + (step / 2) * random);
  return retryAfterMs === undefined ? own : Math.max(own, Math.round(retryAfterMs + 250 * random));
}

/**
 * Milliseconds that the headers of an answer ask to wait: `retry-after-ms`, or `retry-after` in
 * seconds or as an HTTP date.
 */
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

/** Waits in real time, at most the 24 days that a timer can. */
export const pause: Wait = async (ms, signal) => {
  await sleep(Math.min(ms, 2 ** 31 - 1), undefined, { signal });
};
