/** The engine of plans: what an event makes of a plan. Pure: no file, no clock. */
import type { Plan, PlanEvent, Reduced, StepStatus } from '../types.js';
import { definitionHash } from './definition-hash.js';
import { derive } from './derive.js';
import { edit } from './edit.js';
import { dropRecoveries, fail, failForGood } from './fail.js';
import { stopByPolicy } from './policy.js';
import {
  begin,
  enter,
  graphOfTransition,
  isActive,
  planOf,
  type Transition,
} from './transition.js';
import { endRun, failed, prove, start } from './run-events.js';
import { statusText } from './status-text.js';
import { isPast } from './until.js';
import { reviewPage } from './review-page.js';

type StepEvent = Extract<PlanEvent, { readonly step: string }>;

/** An event that changes nothing returns the same plan and says why. */
export function reduce(plan: Plan, event: PlanEvent): Reduced {
  const transition = begin(plan, event.time);
  const refused = 'step' in event ? onStep(transition, event) : onPlan(transition, event);
  if (refused !== undefined) return { plan, effects: [], refused };
  dropRecoveries(transition);
  derive(transition);
  stopByPolicy(transition);
  end(transition);
  return { plan: planOf(transition), effects: transition.effects };
}

/** Returns why nothing changes, like all functions below. */
function onPlan(transition: Transition, event: Exclude<PlanEvent, StepEvent>): string | undefined {
  const { status } = transition;
  switch (event.kind) {
    case 'approved':
      if (status !== 'draft') return `The plan ${statusText(status)}, not a draft.`;
      transition.status = 'approved';
      return undefined;
    case 'paused':
      if (!isActive(status)) return `The plan ${statusText(status)}.`;
      transition.status = 'paused';
      return undefined;
    case 'resumed':
      if (status !== 'paused' && status !== 'aborted')
        return `The plan ${statusText(status)}, not paused.`;
      transition.status = 'running';
      return undefined;
    case 'aborted':
      if (status === 'aborted') return 'The plan is already aborted.';
      transition.status = 'aborted';
      return undefined;
    case 'edited':
      return edit(transition, event.definitions, event.policy);
    case 'tick':
      return tick(transition);
  }
}

function tick(transition: Transition): string | undefined {
  if (!isActive(transition.status)) return undefined;
  for (const [id, { state, until, why }] of transition.steps) {
    if (!isPast(until, transition.time)) continue;
    if (state === 'retry') enter(transition, id, 'ready', { why });
    if (state === 'asked') {
      const choice = graphOfTransition(transition).definitions.get(id)?.default;
      answer(transition, id, choice ?? 'no', `Nobody answered by ${until ?? ''}.`);
    }
  }
  return undefined;
}

function onStep(transition: Transition, event: StepEvent): string | undefined {
  const status = transition.steps.get(event.step);
  if (status === undefined) return `The plan has no step ${event.step}.`;
  switch (event.kind) {
    case 'started':
      return start(transition, event, status);
    case 'proved':
      return prove(transition, event, status);
    case 'failed':
      return failed(transition, event, status);
    case 'attempted':
    case 'lost':
      return endRun(transition, event, status);
    case 'review':
      return review(transition, event, status);
    case 'answered':
      return answered(transition, event, status);
    case 'skipped':
      if (status.state === 'proved') return `${event.step} is proved.`;
      enter(transition, event.step, 'skipped', { why: event.why });
      return undefined;
    case 'retried':
      return retry(transition, event, status);
  }
}

function answered(
  transition: Transition,
  event: Extract<PlanEvent, { kind: 'answered' }>,
  status: StepStatus,
): string | undefined {
  const { step, answer: word } = event;
  if (status.state === 'asked') {
    answer(transition, step, word, word === 'yes' ? 'You said yes.' : 'You said no.');
    return undefined;
  }
  if (status.state !== 'review') return `${step} ${statusText(status.state)}: nothing was asked.`;
  if (word === 'no')
    fail(transition, { ...event, kind: 'failed', cause: 'rejected', why: 'You sent it back.' });
  else
    enter(transition, step, 'waiting', {
      accepted: status.runId,
      uncounted: (status.uncounted ?? 0) + 1,
      why: 'You accepted it.',
    });
  return undefined;
}

function review(
  transition: Transition,
  { step, by }: Extract<PlanEvent, { kind: 'review' }>,
  status: StepStatus,
): string | undefined {
  if (status.state !== 'running') return `${step} ${statusText(status.state)}, not running.`;
  enter(transition, step, 'review', { why: `The ${by} looks at it.` });
  if (by === 'grader') return undefined;
  const page = reviewPage(transition.before.project, step, status.tries);
  const question = `The step ${step} is proved, but you have to look at it: ${page}. Accept it?`;
  transition.effects.push({ kind: 'ask', step, question });
  return undefined;
}

function answer(transition: Transition, step: string, word: 'yes' | 'no', why: string): void {
  const definition = graphOfTransition(transition).definitions.get(step);
  const status = transition.steps.get(step);
  if (definition === undefined || status === undefined) return;
  const human = definition.run === 'human';
  if (word === 'no') {
    if (human) failForGood(transition, step, { why });
    else enter(transition, step, 'failed', { why: status.why ?? why });
  } else if (human)
    enter(transition, step, 'proved', {
      why,
      produced: {},
      definition: definitionHash(definition),
    });
  else enter(transition, step, 'waiting', { uncounted: status.tries, lost: undefined, why });
}

/** Runs again although it was done, failed or passed over; a plan that is over goes on. */
function retry(
  transition: Transition,
  { step, why = 'You had it run again.' }: Extract<PlanEvent, { kind: 'retried' }>,
  status: StepStatus,
): string | undefined {
  const { state, because } = status;
  if (state === 'blocked' && because !== undefined)
    return `${step} is blocked because of ${because}: retry that step.`;
  if (NOT_RETRIED.has(state)) return `${step} is ${state}.`;
  enter(transition, step, 'waiting', {
    uncounted: status.tries,
    lost: undefined,
    produced: undefined,
    accepted: undefined,
    why,
  });
  if (transition.status === 'aborted') transition.status = 'running';
  return undefined;
}

const NOT_RETRIED: ReadonlySet<string> = new Set([
  'waiting',
  'ready',
  'running',
  'review',
  'asked',
]);

/** A plan with an open step goes on; without one it is done, or failed. */
function end(transition: Transition): void {
  const { status } = transition;
  if (status === 'draft' || status === 'aborted') return;
  const states = new Set([...transition.steps.values()].map(({ state }) => state));
  const over = [...states].every((state) => OVER.has(state));
  if (!over) {
    if (status === 'done' || status === 'failed') transition.status = 'running';
    else if (status === 'approved' && states.has('proved')) transition.status = 'running';
    return;
  }
  transition.status = states.has('failed') || states.has('blocked') ? 'failed' : 'done';
}

const OVER: ReadonlySet<string> = new Set(['proved', 'skipped', 'failed', 'blocked']);
