/** The one loop by which runners try again what may succeed later. */
import { backoffMs, type Wait } from './backoff.js';
import type { RunEvent } from './types.js';

export type TryAgainOptions = {
  /** The first one included. */
  readonly maxAttempts: number;
  readonly wait: Wait;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly on: (event: RunEvent) => void;
  /** Milliseconds that may still be spent waiting. */
  readonly timeLeft: () => number;
};

/** `again`: the attempt may be repeated, and why that is needed. */
export type Attempt<T> = {
  readonly result: T;
  readonly again?: { readonly why: string; readonly retryAfterMs?: number };
};
/**
 * `tooLongMs`: the next attempt would have had to wait longer than there was time. `cancelled`:
 * while waiting.
 */
export type Attempted<T> = {
  readonly result: T;
  readonly attempts: number;
  readonly tooLongMs?: number;
  readonly cancelled?: true;
};

/**
 * Makes attempts, waiting longer and longer in between, until one needs no other; every wait is an
 * event.
 */
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
