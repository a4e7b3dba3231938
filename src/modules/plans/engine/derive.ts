/**
 * What follows for the other steps and for the plan: each step is ready, waits, is blocked or is
 * passed over because of the steps that it needs. Computed afresh after every event, so that a
 * failure blocks everything behind it, and whatever makes up for it frees the same steps again.
 */
import type { StepDefinition, StepState, StepStatus } from '../types.js';
import { proofHolds } from './proof.js';
import { enter, graphOfTransition, isActive, type Transition } from './transition.js';
import { untilOf } from './until.js';

type Verdict = {
  readonly state: StepState;
  readonly because?: string;
  readonly why?: string;
};

/** States that only an event changes, as long as the plan is not aborted. */
const SETTLED: ReadonlySet<StepState> = new Set(['running', 'review', 'asked', 'failed']);

export function derive(transition: Transition): void {
  const { order, waves, definitions } = graphOfTransition(transition);
  for (const id of order) {
    const definition = definitions.get(id);
    if (definition !== undefined) deriveStep(transition, definition);
  }
  if (waves.size === definitions.size) return;
  for (const id of definitions.keys())
    if (!waves.has(id) && isDerived(transition.steps.get(id)))
      move(transition, id, { state: 'blocked', why: 'It is part of a cycle, or needs one.' });
}

function deriveStep(transition: Transition, definition: StepDefinition): void {
  const { steps } = transition;
  const status = steps.get(definition.id);
  if (status === undefined) return;
  if (status.state === 'proved') {
    if (status.recovers !== undefined) return;
    if (proofHolds(definition, status, graphOfTransition(transition), steps)) return;
  } else if (transition.status !== 'aborted' && !isDerived(status)) return;
  else if (status.state === 'failed') return;
  else if (status.state === 'skipped' && status.because === undefined) return;
  move(transition, definition.id, verdictOn(transition, definition, status));
}

function isDerived(status: StepStatus | undefined): boolean {
  if (status === undefined || SETTLED.has(status.state)) return false;
  return status.state !== 'skipped' || status.because !== undefined;
}

function verdictOn(
  transition: Transition,
  definition: StepDefinition,
  status: StepStatus,
): Verdict {
  const graph = graphOfTransition(transition);
  if (transition.status === 'aborted') return { state: 'blocked', why: 'The plan was aborted.' };
  const held = heldUp(transition, definition);
  if (held !== undefined) return held;
  if (status.state !== 'proved' && proofHolds(definition, status, graph, transition.steps))
    return { state: 'proved', why: 'Unchanged since it was last proved.' };
  if (transition.status === 'draft') return { state: 'waiting' };
  if (definition.run === 'plan')
    return { state: 'proved', why: 'All steps of its plan are proved.' };
  if (status.state === 'retry') return { state: 'retry' };
  return { state: definition.run === 'human' && isActive(transition.status) ? 'asked' : 'ready' };
}

/** What keeps a step from starting; `undefined` if everything it needs is there. */
function heldUp(transition: Transition, definition: StepDefinition): Verdict | undefined {
  const { needs, producers } = graphOfTransition(transition);
  let waits = false;
  let skipped: string | undefined;
  for (const need of needs.get(definition.id) ?? []) {
    const status = transition.steps.get(need);
    if (status === undefined)
      return { state: 'blocked', because: need, why: `The plan has no step ${need}.` };
    if (status.state === 'failed' || status.state === 'blocked') return blockedBy(need, status);
    if (status.state === 'skipped') {
      if (producers.get(definition.id)?.includes(need) === true) skipped ??= need;
    } else if (status.state !== 'proved') waits = true;
  }
  if (waits) return { state: 'waiting' };
  if (skipped === undefined) return undefined;
  const why = `It consumes what ${skipped} produces, which was skipped.`;
  return { state: 'skipped', because: skipped, why };
}

function blockedBy(need: string, status: StepStatus): Verdict {
  const because = status.state === 'failed' ? need : (status.because ?? need);
  const why = status.state === 'failed' ? `${need} failed.` : (status.why ?? `${need} is blocked.`);
  return { state: 'blocked', because, why };
}

function move(transition: Transition, id: string, verdict: Verdict): void {
  const status = transition.steps.get(id);
  const { state, because } = verdict;
  if (status?.state === state && (state === 'retry' || sameCause(status, verdict))) return;
  // Why it has to run again is still worth knowing when it is ready.
  const before = status?.state === 'waiting' && state === 'ready' ? status.why : undefined;
  const why = verdict.why ?? before;
  if (state !== 'asked') {
    enter(transition, id, state, { because, why });
    return;
  }
  const definition = graphOfTransition(transition).definitions.get(id);
  const question = definition?.question ?? definition?.title ?? id;
  const until = untilOf(definition?.deadline, transition.time);
  enter(transition, id, 'asked', { until });
  transition.effects.push({ kind: 'ask', step: id, question });
}

function sameCause(status: StepStatus, verdict: Verdict): boolean {
  return (
    status.because === verdict.because && (status.why === verdict.why || verdict.why === undefined)
  );
}
