/** The restart breaker: after failures in a row, how long the next pass has to wait. */

/** Seconds after the first, second … failure in a row; the last one holds for all further ones. */
export const BREAKER_DELAYS = [0, 0, 10, 30, 120, 300, 900] as const;

/**
 * A last failure that lies further in the future than this is a clock that was set back, not a
 * reason to wait.
 */
const CLOCK_SKEW_MS = 60_000;

export type Breaker =
  | { readonly open: false }
  | {
      readonly open: true;
      readonly retryAt: Date;
      readonly waitMs: number;
      readonly failures: number;
    };

/**
 * `open`: no pass may start yet. Without a time of the last failure there is nothing to wait for.
 */
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
