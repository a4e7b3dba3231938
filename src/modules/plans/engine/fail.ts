/** What a failure means: another try, a recovery step, a question, or the end of the plan. */
import { defined } from '../../../kernel/defined.js';
import type { PlanEvent, StepDefinition } from '../types.js';
import { enter, graphOfTransition, leave, type Transition } from './transition.js';
import { pauseAfter, untilOf } from './until.js';

type Cause = Extract<PlanEvent, { kind: 'failed' }>['cause'];

/** A conflict with another step is not the fault of the step: it may try twice more. */
const FURTHER_TRIES_AFTER_CONFLICT = 2;
const RECOVERY_BUDGET = 1.5;

export function fail(transition: Transition, id: string, cause: Cause, why: string): void {
  const { steps, time } = transition;
  const definition = graphOfTransition(transition).definitions.get(id);
  const status = steps.get(id);
  if (definition === undefined || status === undefined) return;
  const failures = status.tries - (status.uncounted ?? 0);
  const allowed = definition.retries + (cause === 'conflict' ? FURTHER_TRIES_AFTER_CONFLICT : 0);
  if (definition.run !== 'human' && failures <= allowed) {
    const until = pauseAfter(failures, time);
    enter(transition, id, 'retry', { why, until, lost: undefined });
    return;
  }
  failForGood(transition, id, why);
}

/** No further try: the owner said so, or there is none left. */
export function failForGood(transition: Transition, id: string, why: string): void {
  const definition = graphOfTransition(transition).definitions.get(id);
  if (definition === undefined) return;
  enter(transition, id, 'failed', { why, lost: undefined });
  const { escalate, run } = definition;
  if (escalate === undefined || run === 'human') stopByPolicy(transition, id);
  else if (escalate === 'human') askAboutFailure(transition, definition, why);
  else addRecovery(transition, definition, escalate, why);
}

/** The owner wants no further try. */
export function giveUp(transition: Transition, id: string, why: string): void {
  enter(transition, id, 'failed', { why });
  stopByPolicy(transition, id);
}

function askAboutFailure(transition: Transition, definition: StepDefinition, why: string): void {
  const { id, title, deadline } = definition;
  enter(transition, id, 'asked', { why, until: untilOf(deadline, transition.time) });
  const question = `${title} (${id}) failed. ${why} Run it again?`;
  transition.effects.push({ kind: 'ask', step: id, question });
}

function addRecovery(
  transition: Transition,
  failed: StepDefinition,
  role: string,
  why: string,
): void {
  const { definitions } = graphOfTransition(transition);
  let id = `${failed.id}-recovery`;
  for (let i = 2; definitions.has(id); i++) id = `${failed.id}-recovery-${i}`;
  const budget = Object.fromEntries(
    Object.entries(failed.budget).map(([name, limit]) => [name, limit * RECOVERY_BUDGET]),
  );
  const definition: StepDefinition = defined({
    ...failed,
    id,
    title: `Recover: ${failed.title}`,
    objective: `${failed.objective}\n\nThe step ${failed.id} failed: ${why}`,
    run: 'runner',
    role,
    budget,
    retries: 0,
    runner: undefined,
    command: undefined,
    when: undefined,
    escalate: undefined,
  });
  const { definitions: all, steps, time } = transition;
  const place = all.findIndex((it) => it.id === failed.id) + 1;
  transition.definitions = [...all.slice(0, place), definition, ...all.slice(place)];
  steps.set(id, { state: 'waiting', tries: 0, recovers: failed.id, since: time });
}

/** A recovery step that fails counts as its step. */
function stopByPolicy(transition: Transition, step: string): void {
  const { policy, steps, status, effects, before } = transition;
  const id = steps.get(step)?.recovers ?? step;
  if (policy === 'continue_best_effort' || status === 'draft' || status === 'aborted') return;
  if (policy === 'abort_on_critical_fail' && !hitsCritical(transition, id)) return;
  transition.status = 'aborted';
  effects.push({
    kind: 'tell',
    text: `The plan ${before.project} was aborted because ${id} failed.`,
  });
}

/** Whether the step, or one that cannot run because of it, is critical. */
function hitsCritical(transition: Transition, id: string): boolean {
  const { definitions, dependants } = graphOfTransition(transition);
  const seen = new Set<string>();
  const open = [id];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    if (definitions.get(next)?.critical === true) return true;
    for (const dependant of dependants.get(next) ?? [])
      if (STOPPED.has(transition.steps.get(dependant)?.state ?? '')) open.push(dependant);
  }
  return false;
}

const STOPPED: ReadonlySet<string> = new Set(['waiting', 'ready', 'retry', 'blocked']);

/** Recovery steps of steps that no longer need them go. */
export function dropRecoveries(transition: Transition): void {
  for (const [id, status] of transition.steps) {
    if (status.recovers === undefined || status.state === 'proved') continue;
    if (transition.steps.get(status.recovers)?.state === 'failed') continue;
    leave(transition, id, status, undefined);
    transition.steps.delete(id);
    transition.definitions = transition.definitions.filter((definition) => definition.id !== id);
  }
}
