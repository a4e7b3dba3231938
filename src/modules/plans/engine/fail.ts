/** What a failure means: another try, a recovery step, a question, or the end of the plan. */
import { defined } from '../../../kernel/defined.js';
import type { PlanEvent, StepDefinition } from '../types.js';
import { enter, graphOfTransition, leave, type Transition } from './transition.js';
import { pauseAfter, untilOf } from './until.js';

type Failed = Extract<PlanEvent, { kind: 'failed' }>;

/** A conflict with another step is not the fault of the step: it may try twice more. */
const FURTHER_TRIES_AFTER_CONFLICT = 2;
const RECOVERY_BUDGET = 1.5;

export function fail(transition: Transition, event: Failed): void {
  const { step: id, cause, why, escalate } = event;
  const { steps, time } = transition;
  const definition = graphOfTransition(transition).definitions.get(id);
  const status = steps.get(id);
  if (definition === undefined || status === undefined) return;
  const failures = status.tries - (status.uncounted ?? 0);
  // A loop of attempts has its own limit, and a second one would double its error.
  const retries = definition.metric === undefined ? definition.retries : 0;
  const allowed = retries + (cause === 'conflict' ? FURTHER_TRIES_AFTER_CONFLICT : 0);
  if (definition.run !== 'human' && failures <= allowed) {
    const until = pauseAfter(failures, time);
    enter(transition, id, 'retry', { why, until, lost: undefined });
    return;
  }
  failForGood(transition, id, { why, ...defined({ escalate }) });
}

/**
 * No further try: the owner said so, or there is none left. `escalate`: where the step itself says
 * nothing. A recovery step is the last resort.
 */
export function failForGood(
  transition: Transition,
  id: string,
  { why, escalate: ofRole }: Pick<Failed, 'why' | 'escalate'>,
): void {
  const isRecovery = transition.steps.get(id)?.recovers !== undefined;
  const definition = graphOfTransition(transition).definitions.get(id);
  if (definition === undefined) return;
  enter(transition, id, 'failed', { why, lost: undefined });
  const { run, escalate = isRecovery ? undefined : ofRole } = definition;
  if (escalate === undefined || escalate === 'none' || run === 'human') return;
  if (escalate === 'human') askAboutFailure(transition, definition, why);
  else addRecovery(transition, definition, escalate, why);
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

/**
 * Recovery steps go when their step is no longer failed. One that the owner builds on, by removing
 * its step or by letting others need it, becomes a step like any other.
 */
export function dropRecoveries(transition: Transition): void {
  for (const [id, status] of transition.steps) {
    const { recovers, ...plain } = status;
    if (recovers === undefined || status.state === 'proved') continue;
    const original = transition.steps.get(recovers);
    if (original?.state === 'failed') continue;
    const isNeeded = transition.definitions.some(({ needs }) => needs.includes(id));
    if (original === undefined || isNeeded) {
      transition.steps.set(id, plain);
      continue;
    }
    leave(transition, id, status, undefined);
    transition.steps.delete(id);
    transition.definitions = transition.definitions.filter((definition) => definition.id !== id);
  }
}
