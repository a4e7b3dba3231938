/** Small plans, as values, and what happens to them. */
import { newPlan } from '../../src/modules/plans/engine/new-plan.js';
import { reduce } from '../../src/modules/plans/engine/reduce.js';
import type {
  FailurePolicy,
  Plan,
  PlanEffect,
  PlanEvent,
  StepDefinition,
} from '../../src/modules/plans/types.js';

/** An event without its time. */
export type Happening = PlanEvent extends infer E
  ? E extends unknown
    ? Omit<E, 'time'>
    : never
  : never;

export const START = '2026-11-21T01:00:00Z';

export function step(
  id: string,
  needs: readonly string[] = [],
  fields: Partial<StepDefinition> = {},
): StepDefinition {
  return {
    id,
    title: `Step ${id}`,
    objective: `Do ${id}.`,
    needs,
    run: 'runner',
    writes: [],
    produces: [],
    consumes: [],
    criteria: [],
    budget: {},
    retries: 0,
    critical: false,
    repeatable: true,
    ...fields,
  };
}

export function draft(
  definitions: readonly StepDefinition[],
  policy: FailurePolicy = 'continue_best_effort',
): Plan {
  return newPlan({ project: 'site', title: 'Site', template: 'none', policy, definitions }, START);
}

/** A plan in the hands of a test, with a clock that the test sets. */
export class Story {
  plan: Plan;
  time = START;
  /** Of the last event. */
  effects: readonly PlanEffect[] = [];
  refused: string | undefined;

  constructor(definitions: readonly StepDefinition[], policy?: FailurePolicy) {
    this.plan = draft(definitions, policy);
  }

  happens(...happenings: readonly Happening[]): this {
    for (const happening of happenings) {
      const { plan, effects, refused } = reduce(this.plan, {
        ...happening,
        time: this.time,
      } as PlanEvent);
      this.plan = plan;
      this.effects = effects;
      this.refused = refused;
    }
    return this;
  }

  /** Starts a step, and proves it. */
  proves(step: string, produced: Readonly<Record<string, string>> = {}): this {
    const runId = this.starts(step);
    return this.happens({ kind: 'proved', step, runId, produced });
  }

  /** Starts a step, which fails. */
  fails(step: string, why = 'A criterion does not hold.'): this {
    const runId = this.starts(step);
    return this.happens({ kind: 'failed', step, runId, cause: 'criteria', why });
  }

  /** Returns the run. */
  starts(step: string, consumed: Readonly<Record<string, string>> = {}): string {
    const runId = `R-${step}-${(this.plan.steps.get(step)?.tries ?? 0) + 1}`;
    this.happens({ kind: 'started', step, runId, consumed });
    if (this.refused !== undefined) throw new Error(this.refused);
    return runId;
  }

  /** `a:proved b:ready`. */
  get states(): string {
    return [...this.plan.steps].map(([id, { state }]) => `${id}:${state}`).join(' ');
  }
}
