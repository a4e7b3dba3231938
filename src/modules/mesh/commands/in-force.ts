/** Whether the running server has a change of the lead's files, in words. */
import type { untilApplied } from '../server/applied.js';

export function inForce(taken: Awaited<ReturnType<typeof untilApplied>>): readonly string[] {
  switch (taken) {
    case 'applied':
      return [];
    case 'late':
      return ['The server has not applied it yet: nocturne mesh doctor says why.'];
    case 'stopped':
      return ['The server is not running: this takes effect when nocturne serve has started it.'];
  }
}
