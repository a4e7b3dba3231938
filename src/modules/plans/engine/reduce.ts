/** The engine of plans: what an event makes of a plan. Pure: no file, no clock. */
import { canonicalJson } from '../../../kernel/canonical-json.js';
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
import { isPast } from './until.js';

type Hashes = Readonly<Record<string, string>>;
type StepEvent = Extract<PlanEvent, { readonly step: string }>;

/** After so many losses in a row the owner is asked. */
const MOST_LOSSES = 10;

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
      if (status !== 'draft') return `The plan is ${status}, not a draft.`;
      transition.status = 'approved';
      return undefined;
    case 'paused':
      if (!isActive(status)) return `The plan is ${status}.`;
      transition.status = 'paused';
      return undefined;
    case 'resumed':
      if (status !== 'paused' && status !== 'aborted') return `The plan is ${status}, not paused.`;
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
      if (status.state !== 'running') return `${event.step} is ${status.state}, not running.`;
      enter(transition, event.step, 'review', { why: `The ${event.by} looks at it.` });
      return undefined;
    case 'answered':
      return answered(transition, event, status);
    case 'skipped':
      if (status.state === 'proved') return `${event.step} is proved.`;
      enter(transition, event.step, 'skipped', { why: event.why });
      return undefined;
    case 'retried':
      return retry(transition, event.step, status);
  }
}

function start(
  transition: Transition,
  event: Extract<PlanEvent, { kind: 'started' }>,
  status: StepStatus,
): string | undefined {
  const { step, runId, consumed, time } = event;
  if (!isActive(transition.status)) return `The plan is ${transition.status}.`;
  const pauses = status.state === 'retry' && !isPast(status.until, time);
  if (pauses) return `${step} pauses until ${status.until ?? ''}.`;
  if (status.state !== 'ready' && status.state !== 'retry')
    return `${step} is ${status.state}, not ready.`;
  const definition = graphOfTransition(transition).definitions.get(step);
  enter(transition, step, 'running', {
    tries: status.tries + 1,
    runId,
    consumed,
    produced: undefined,
    definition: definition === undefined ? undefined : definitionHash(definition),
  });
  transition.status = 'running';
  return undefined;
}

/**
 * Without a run it is the owner's word, which counts at any moment. With one, it has to be the run
 * that the step had last: also after an abort, because the work is in the workspace by then.
 */
function prove(
  transition: Transition,
  event: Extract<PlanEvent, { kind: 'proved' }>,
  status: StepStatus,
): string | undefined {
  const { step, runId, produced } = event;
  const definition = graphOfTransition(transition).definitions.get(step);
  if (definition === undefined) return `The plan has no step ${step}.`;
  if (status.state === 'proved' && (runId !== undefined || isSame(produced, status.produced)))
    return `${step} is proved.`;
  if (runId !== undefined && !isOfRun(status, runId)) return `${runId} is not the run of ${step}.`;
  if (runId === undefined) cancelRun(transition, step, status);
  const consumed = event.consumed ?? (runId === undefined ? undefined : status.consumed);
  enter(transition, step, 'proved', {
    produced,
    consumed,
    lost: undefined,
    definition: runId === undefined ? definitionHash(definition) : status.definition,
  });
  const recovered = transition.steps.get(status.recovers ?? '');
  const original = graphOfTransition(transition).definitions.get(status.recovers ?? '');
  if (recovered?.state === 'failed' && original !== undefined)
    enter(transition, original.id, 'proved', {
      produced,
      consumed,
      definition: definitionHash(original),
      why: `Recovered by ${step}.`,
    });
  return undefined;
}

/** A result that the owner changed is proved as it is now. */
function isSame(produced: Hashes, before: Hashes = {}): boolean {
  return canonicalJson(produced) === canonicalJson(before);
}

function isOfRun(status: StepStatus, runId: string): boolean {
  const may = status.state === 'running' || status.state === 'review' || status.state === 'blocked';
  return may && status.runId === runId;
}

function cancelRun(transition: Transition, step: string, status: StepStatus): void {
  if (status.state === 'running' && status.runId !== undefined)
    transition.effects.push({ kind: 'cancel', step, runId: status.runId });
}

function failed(
  transition: Transition,
  event: Extract<PlanEvent, { kind: 'failed' }>,
  status: StepStatus,
): string | undefined {
  const { step, runId, cause, why } = event;
  if (runId === undefined) {
    if (status.state === 'failed') return `${step} is failed.`;
    cancelRun(transition, step, status);
    failForGood(transition, step, why);
    // A recovery that failed after all recovered nothing.
    const original = transition.steps.get(status.recovers ?? '');
    if (status.recovers !== undefined && original?.state === 'proved')
      enter(transition, status.recovers, 'failed', { why });
    return undefined;
  }
  if (status.state !== 'running' && status.state !== 'review')
    return `${step} is ${status.state}, not running.`;
  if (status.runId !== runId) return `${runId} is not the run of ${step}.`;
  fail(transition, step, cause, why);
  return undefined;
}

/** A loop of attempts has a limit of its own: none of its passes counts as a failure or a loss. */
function endRun(
  transition: Transition,
  event: Extract<PlanEvent, { kind: 'attempted' | 'lost' }>,
  status: StepStatus,
): string | undefined {
  const { step, runId } = event;
  if (status.state !== 'running' || status.runId !== runId)
    return `${runId} is not the run of ${step}.`;
  const definition = graphOfTransition(transition).definitions.get(step);
  const losses = (status.lost ?? 0) + 1;
  const counts = { lost: losses, uncounted: (status.uncounted ?? 0) + 1, runId: undefined };
  if (event.kind === 'attempted') {
    enter(transition, step, 'waiting', { ...counts, lost: undefined, why: event.why });
    return undefined;
  }
  if (definition?.repeatable !== false && losses < MOST_LOSSES) {
    enter(transition, step, 'waiting', { ...counts, why: 'Its run ended without a result.' });
    return undefined;
  }
  const why =
    losses < MOST_LOSSES
      ? 'Its run ended without a result, and it must not be repeated unseen.'
      : `${losses} runs in a row ended without a result.`;
  enter(transition, step, 'asked', { ...counts, why });
  const question = `${definition?.title ?? step} (${step}): ${why} Run it again?`;
  transition.effects.push({ kind: 'ask', step, question });
  return undefined;
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
  if (status.state !== 'review') return `${step} is ${status.state}: nothing was asked.`;
  if (word === 'no') fail(transition, step, 'rejected', 'You sent it back.');
  else if (status.runId !== undefined)
    transition.effects.push({ kind: 'merge', step, runId: status.runId });
  return undefined;
}

function answer(transition: Transition, step: string, word: 'yes' | 'no', why: string): void {
  const definition = graphOfTransition(transition).definitions.get(step);
  const status = transition.steps.get(step);
  if (definition === undefined || status === undefined) return;
  const human = definition.run === 'human';
  if (word === 'no') {
    if (human) failForGood(transition, step, why);
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
function retry(transition: Transition, step: string, status: StepStatus): string | undefined {
  const { state, because } = status;
  if (state === 'blocked' && because !== undefined)
    return `${step} is blocked because of ${because}: retry that step.`;
  if (NOT_RETRIED.has(state)) return `${step} is ${state}.`;
  enter(transition, step, 'waiting', {
    uncounted: status.tries,
    lost: undefined,
    produced: undefined,
    why: 'You had it run again.',
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
  const { status, before } = transition;
  if (status === 'draft' || status === 'aborted') return;
  const states = new Set([...transition.steps.values()].map(({ state }) => state));
  const over = [...states].every((state) => OVER.has(state));
  if (!over) {
    if (status === 'done' || status === 'failed') transition.status = 'running';
    else if (status === 'approved' && states.has('proved')) transition.status = 'running';
    return;
  }
  transition.status = states.has('failed') || states.has('blocked') ? 'failed' : 'done';
  if (transition.status === before.status) return;
  const text = `The plan ${before.project} is ${transition.status}.`;
  transition.effects.push({ kind: 'tell', text });
}

const OVER: ReadonlySet<string> = new Set(['proved', 'skipped', 'failed', 'blocked']);
