/** A plan that nobody has approved yet. */
import type { Plan, StepStatus } from '../types.js';
import { derive } from './derive.js';
import { begin, planOf } from './transition.js';

export function newPlan(
  plan: Pick<Plan, 'project' | 'title' | 'template' | 'policy' | 'definitions'>,
  time: string,
): Plan {
  const waiting: StepStatus = { state: 'waiting', tries: 0 };
  const steps = new Map(plan.definitions.map(({ id }) => [id, waiting]));
  const transition = begin({ ...plan, status: 'draft', steps }, time);
  derive(transition);
  return planOf(transition);
}
