/** The owner's new definitions of a plan, taken in while it runs. */
import type { FailurePolicy, StepDefinition, StepStatus } from '../types.js';
import { cycleOf } from './cycle.js';
import { definitionHash } from './definition-hash.js';
import { isSameStep } from './same-step.js';
import { enter, graphOfTransition, leave, type Transition } from './transition.js';

/** Returns why the edit is refused. */
export function edit(
  transition: Transition,
  definitions: readonly StepDefinition[],
  policy: FailurePolicy | undefined,
): string | undefined {
  const old = graphOfTransition(transition).definitions;
  // The old object of an unchanged step keeps the hash that was computed for it.
  const next = definitions.map((definition) => {
    const before = old.get(definition.id);
    return before !== undefined && isSameStep(before, definition) ? before : definition;
  });
  const fault = faultOf(next);
  if (fault !== undefined) return fault;
  transition.policy = policy ?? transition.policy;
  const kept = new Set(next.map(({ id }) => id));
  for (const [id, status] of transition.steps) {
    if (kept.has(id)) continue;
    leave(transition, id, status, undefined);
    transition.steps.delete(id);
  }
  if (next.length !== old.size || next.some((it, i) => it !== transition.definitions[i]))
    transition.definitions = next;
  for (const definition of next) {
    const status = transition.steps.get(definition.id);
    const before = old.get(definition.id);
    if (status === undefined || before === undefined)
      transition.steps.set(definition.id, { state: 'waiting', tries: 0, since: transition.time });
    else if (before !== definition && opensAgain(before, definition, status))
      enter(transition, definition.id, 'waiting', {
        uncounted: status.tries,
        lost: undefined,
        runId: undefined,
        accepted: undefined,
      });
  }
  return undefined;
}

/** A proved step is left: whether its proof holds is compared by hash. */
function opensAgain(before: StepDefinition, after: StepDefinition, { state }: StepStatus): boolean {
  if (state === 'running' || state === 'review')
    return definitionHash(before) !== definitionHash(after);
  return state === 'failed' || state === 'skipped' || state === 'asked' || state === 'retry';
}

function faultOf(definitions: readonly StepDefinition[]): string | undefined {
  const ids = new Set<string>();
  for (const { id } of definitions) {
    if (ids.has(id)) return `There are two steps ${id}.`;
    ids.add(id);
  }
  for (const { id, needs } of definitions) {
    const unknown = needs.find((need) => !ids.has(need));
    if (unknown !== undefined) return `${id} needs ${unknown}, which the plan does not have.`;
  }
  const cycle = cycleOf(definitions);
  return cycle === undefined ? undefined : `The steps form a cycle: ${cycle.join(' → ')}.`;
}
