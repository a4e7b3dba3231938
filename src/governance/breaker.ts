/** The restart breaker: how long the next pass waits after failures in a row. */

/**
 * Seconds after the first, second … failure in a row; the last value applies to all further ones.
 */
export const BREAKER_DELAYS = [0, 0, 10, 30, 120, 300, 900] as const;

/** A last failure further in the future than this means the clock was set back. */
const CLOCK_SKEW_MS = 60_000;

export type Breaker =
  | { readonly open: false }
  | {
      readonly open: true;
      readonly retryAt: Date;
      readonly waitMs: number;
      readonly failures: number;
    };

export function breaker(failures: number, lastFailureAt: Date | undefined, now: Date): Breaker {
  if (!(failures > 0) || lastFailureAt === undefined || Number.isNaN(lastFailureAt.getTime()))
    return { open: false };
  const seconds = BREAKER_DELAYS[Math.min(Math.floor(failures), BREAKER_DELAYS.length) - 1] ?? 0;
  const retryAt = new Date(lastFailureAt.getTime() + seconds * 1000);
  const waitMs = retryAt.getTime() - now.getTime();
  if (seconds === 0 || waitMs <= 0 || waitMs > seconds * 1000 + CLOCK_SKEW_MS)
    return { open: false };
  return { open: true, retryAt, waitMs, failures };
}
