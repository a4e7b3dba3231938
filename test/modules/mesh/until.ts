/** Waits for what other nodes do. */
import { setTimeout as pause } from 'node:timers/promises';

/** @throws Error with what was seen last, after a minute unless told otherwise. */
export async function until<T>(
  look: () => T | Promise<T>,
  is: (seen: T) => boolean,
  { ms = 60_000 }: { readonly ms?: number } = {},
): Promise<T> {
  const end = Date.now() + ms;
  for (;;) {
    const seen = await look();
    if (is(seen)) return seen;
    if (Date.now() > end) throw new Error(`not so after ${ms} ms: ${JSON.stringify(seen)}`);
    await pause(20);
  }
}
