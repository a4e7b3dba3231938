/** The owner's side of its tasks: what becomes of them, by pages, records and what is heard. */
import type { Part } from '../node/mesh-service.js';

/** `now`: milliseconds of a clock that nobody sets; default `performance.now`. */
export type PartOptions = { readonly now?: () => number };

export function ownerPart(_options: PartOptions = {}): Part {
  return { begin: () => undefined };
}
