/** Whether a pass stopped at a limit on spending: it is parked, and has not failed. */
import type { RunOutcome } from '../../agents/types.js';
import type { ReachedLimit } from '../../agents/reached-limit.js';
import { conditionsHold } from '../../governance/conditions/evaluate.js';
import type { AssertionResult } from '../../governance/types.js';

export function limitReached(outcome: RunOutcome): ReachedLimit | undefined {
  if (outcome.failure !== 'limit-reached') return undefined;
  return outcome.limit ?? { scope: 'pass' };
}

/**
 * An agent may end as if all were well after its last call was refused. It has finished only if
 * tests prove its work; without tests, nothing does.
 */
export function parkedUnlessProved(
  outcome: RunOutcome,
  { criteria, stop }: Record<'criteria' | 'stop', readonly AssertionResult[]>,
): RunOutcome {
  const { kind, limit } = outcome;
  if (kind === 'failed' || limit === undefined) return outcome;
  if (conditionsHold(criteria) || conditionsHold(stop)) return outcome;
  const detail = `its last call was refused at the limit of the ${limit.scope}, and it ended before its work was done`;
  return { ...outcome, kind: 'failed', failure: 'limit-reached', detail };
}
