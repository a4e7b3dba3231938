/** A status as what is said about a plan or a step. */
import type { PlanStatus, StepState } from '../types.js';

/** `is running`, `has failed`. */
export function statusText(status: PlanStatus | StepState): string {
  return status === 'failed' ? 'has failed' : `is ${status}`;
}
