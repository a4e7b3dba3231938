/** Whether the failures of an event end the plan, by its policy. */
import type { StepState, StepStatus } from '../types.js';
import { derive } from './derive.js';
import { graphOfTransition, isActive, type Transition } from './transition.js';

/** After `derive`, so that what the failures block is known. */
export function stopByPolicy(transition: Transition): void {
  const { policy, status, before } = transition;
  const stands = isActive(status) || status === 'paused';
  if (policy === 'continue_best_effort' || !stands) return;
  const old = failures(before.steps);
  const ends = [...failures(transition.steps)].some(
    (id) => !old.has(id) && (policy === 'abort_on_first_fail' || hitsCritical(transition, id)),
  );
  if (!ends) return;
  transition.status = 'aborted';
  derive(transition);
}

/** Failed steps for which no recovery is open. */
function failures(steps: ReadonlyMap<string, StepStatus>): ReadonlySet<string> {
  const failed = new Set<string>();
  for (const [id, { state, recovers }] of steps)
    if (state === 'failed' && recovers === undefined) failed.add(id);
  for (const { state, recovers } of steps.values())
    if (recovers !== undefined && !ENDED.has(state)) failed.delete(recovers);
  return failed;
}

const ENDED: ReadonlySet<StepState> = new Set(['proved', 'skipped', 'failed', 'blocked']);

/** Whether the step, or one that it blocks, is critical. */
function hitsCritical(transition: Transition, id: string): boolean {
  const { definitions, needs, order } = graphOfTransition(transition);
  const hit = new Set([id]);
  for (const next of order)
    if (
      transition.steps.get(next)?.state === 'blocked' &&
      needs.get(next)?.some((it) => hit.has(it))
    )
      hit.add(next);
  return [...hit].some((it) => definitions.get(it)?.critical === true);
}
