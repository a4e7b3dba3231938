/** A plan while an event changes it: the new states of steps, and what the caller has to do. */
import { defined } from '../../../kernel/defined.js';
import type { FailurePolicy, Plan, PlanEffect, PlanStatus } from '../types.js';
import type { StepDefinition, StepState, StepStatus } from '../types.js';
import { graphOf, type Graph } from './graph.js';

/** `undefined` removes a field. */
type Change = { readonly [K in keyof StepStatus]?: StepStatus[K] | undefined };

/** Lives only within one call of `reduce`, so that it may change its fields. */
export type Transition = {
  readonly before: Plan;
  readonly time: string;
  readonly effects: PlanEffect[];
  readonly steps: Map<string, StepStatus>;
  definitions: readonly StepDefinition[];
  status: PlanStatus;
  policy: FailurePolicy;
};

export function begin(plan: Plan, time: string): Transition {
  return {
    before: plan,
    time,
    effects: [],
    steps: new Map(plan.steps),
    definitions: plan.definitions,
    status: plan.status,
    policy: plan.policy,
  };
}

export function planOf(transition: Transition): Plan {
  const { before, definitions, status, policy, steps } = transition;
  return { ...before, definitions, status, policy, steps };
}

export function graphOfTransition(transition: Transition): Graph {
  return graphOf(transition.definitions);
}

export const isActive = (status: PlanStatus): boolean =>
  status === 'approved' || status === 'running';

/** Gives a step another state, and closes or cancels what belonged to the old one. */
export function enter(
  transition: Transition,
  step: string,
  state: StepState,
  change: Change = {},
): void {
  const old = transition.steps.get(step) ?? { state: 'waiting', tries: 0 };
  leave(transition, step, old, state);
  const accepted = KEEPS_ACCEPTED.has(state) ? old.accepted : undefined;
  const cleared = { until: undefined, why: undefined, because: undefined, accepted };
  const status = { ...old, ...cleared, ...change };
  transition.steps.set(step, defined({ ...status, state, since: transition.time }) as StepStatus);
}

/** What the owner accepted is brought in before anything else happens to the step. */
const KEEPS_ACCEPTED: ReadonlySet<StepState> = new Set(['waiting', 'ready', 'running', 'blocked']);

/** What belongs to a state that a step leaves for `next`, or for good. */
export function leave(
  transition: Transition,
  step: string,
  old: StepStatus,
  next: StepState | undefined,
): void {
  const { effects } = transition;
  if (old.state === 'asked' || (old.state === 'review' && next !== 'review'))
    effects.push({ kind: 'close-question', step });
  const ends = next === undefined || next === 'blocked' || next === 'waiting' || next === 'skipped';
  if (old.state === 'running' && old.runId !== undefined && ends)
    effects.push({ kind: 'cancel', step, runId: old.runId });
}
