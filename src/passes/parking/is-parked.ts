/** Whether a pass stopped at a limit on spending: it is parked, and has not failed. */
import type { RunOutcome } from '../../agents/types.js';
import type { ReachedLimit } from '../../agents/reached-limit.js';

export function limitReached(outcome: RunOutcome): ReachedLimit | undefined {
  if (outcome.failure !== 'limit-reached') return undefined;
  return outcome.limit ?? { scope: 'pass' };
}
