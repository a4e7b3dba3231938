/** Which steps of a plan may start now, and whether it is over. */
import type { Plan } from '../types.js';
import { isActive } from './transition.js';
import { isPast } from './until.js';

/** In the order of the page. `now`: UTC. Human steps are never ready: they are asked. */
export function readySteps(plan: Plan, now: string): readonly string[] {
  if (!isActive(plan.status)) return [];
  return plan.definitions
    .filter(({ id, run }) => {
      const status = plan.steps.get(id);
      if (run === 'human') return false;
      return status?.state === 'ready' || (status?.state === 'retry' && isPast(status.until, now));
    })
    .map(({ id }) => id);
}

export function isOver(plan: Plan): boolean {
  return plan.status === 'done' || plan.status === 'failed' || plan.status === 'aborted';
}
