/** Output events at a pace that a terminal and a log can follow. */
import type { RunEvent } from './types.js';

const EVERY_MS = 250;

/**
 * Passes on the first chunk at once and then at most four a second; what is skipped is contained in
 * the next.
 */
export function throttledOutput(
  on: (event: RunEvent) => void,
  now: () => number = () => performance.now(),
): (bytes: number, tail: () => string) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (bytes, tail) => {
    const time = now();
    if (time - last < EVERY_MS) return;
    last = time;
    on({ kind: 'output', bytes, tail: tail() });
  };
}
