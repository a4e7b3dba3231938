/** Waits for what other nodes do. */
import { setTimeout as pause } from 'node:timers/promises';

/** @throws Error with what was seen last, after 20 seconds. */
export async function until<T>(look: () => T | Promise<T>, is: (seen: T) => boolean): Promise<T> {
  const end = Date.now() + 20_000;
  for (;;) {
    const seen = await look();
    if (is(seen)) return seen;
    if (Date.now() > end) throw new Error(`not so after 20 s: ${JSON.stringify(seen)}`);
    await pause(20);
  }
}
