/**
 * The runs of a step: they start, and end with a proof, a failure or nothing. Each function returns
 * why nothing changes.
 */
import { canonicalJson } from '../../../kernel/canonical-json.js';
import type { PlanEvent, StepStatus } from '../types.js';
import { definitionHash } from './definition-hash.js';
import { fail, failForGood } from './fail.js';
import { enter, graphOfTransition, isActive, type Transition } from './transition.js';
import { presentInputs } from './proof.js';
import { statusText } from './status-text.js';
import { isPast } from './until.js';

type Hashes = Readonly<Record<string, string>>;

/** After so many losses in a row the owner is asked. */
const MOST_LOSSES = 10;

export function start(
  transition: Transition,
  event: Extract<PlanEvent, { kind: 'started' }>,
  status: StepStatus,
): string | undefined {
  const { step, runId, consumed, time } = event;
  if (!isActive(transition.status)) return `The plan ${statusText(transition.status)}.`;
  const pauses = status.state === 'retry' && !isPast(status.until, time);
  if (pauses) return `${step} pauses until ${status.until ?? ''}.`;
  if (status.state !== 'ready' && status.state !== 'retry')
    return `${step} ${statusText(status.state)}, not ready.`;
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
 * Without a run it is the owner's decision, which counts at any moment. With one, it has to be
 * the run that the step had last: also after an abort, because the work is in the workspace by
 * then.
 */
export function prove(
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
  const graph = graphOfTransition(transition);
  const original = graph.definitions.get(status.recovers ?? '');
  if (recovered?.state === 'failed' && original !== undefined)
    enter(transition, original.id, 'proved', {
      produced,
      // It may consume more than its recovery, whose definition the owner can edit.
      consumed: { ...presentInputs(original, graph, transition), ...consumed },
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

export function failed(
  transition: Transition,
  event: Extract<PlanEvent, { kind: 'failed' }>,
  status: StepStatus,
): string | undefined {
  const { step, runId, why } = event;
  if (runId === undefined) {
    if (status.state === 'failed') return `${step} ${statusText('failed')}.`;
    cancelRun(transition, step, status);
    failForGood(transition, step, { why });
    // A recovery that failed after all recovered nothing.
    const original = transition.steps.get(status.recovers ?? '');
    if (status.recovers !== undefined && original?.state === 'proved')
      enter(transition, status.recovers, 'failed', { why });
    return undefined;
  }
  if (status.state !== 'running' && status.state !== 'review')
    return `${step} ${statusText(status.state)}, not running.`;
  if (status.runId !== runId) return `${runId} is not the run of ${step}.`;
  if (event.isFinal === true) failForGood(transition, step, event);
  else fail(transition, event);
  return undefined;
}

/** A loop of attempts has a limit of its own: none of its passes counts as a failure or a loss. */
export function endRun(
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
