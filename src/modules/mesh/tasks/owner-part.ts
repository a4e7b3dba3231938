/** The owner's side of its tasks: what becomes of them, by pages, records and what is heard. */
import type { Part } from '../node/mesh-service.js';
import { TIMING, type Timing } from './decide.js';
import { TaskOwner } from './task-owner.js';

export type PartOptions = {
  /** Milliseconds of a clock that nobody sets; default `performance.now`. */
  readonly now?: () => number;
  readonly timing?: Partial<Timing>;
};

export function ownerPart({ now = monotonic, timing }: PartOptions = {}): Part {
  return {
    begin: () => undefined,
    run: (node, signal) =>
      new TaskOwner(node, { now, timing: { ...TIMING, ...timing } }).run(signal),
  };
}

export function monotonic(): number {
  return performance.now();
}
