/** What passes for a step with a metric tell its loop, and what the loop gives to them. */
import type { Offer, Unit } from '../../../governance/unit.js';
import { NocturneError } from '../../../kernel/error.js';
import type { PassModule } from '../../../passes/module.js';
import type { Snapshot } from '../../../workspace/types.js';
import { readPlan } from '../page/read-plan.js';
import { stepOf } from '../run/units-of-plan.js';
import type { Plan, PlanEvent } from '../types.js';
import { attemptFragments } from './attempt-fragments.js';
import { type LoopSubject, loopSubject } from './loop-subject.js';
import { keepAttemptWork, loopEvent, loopUnit, performLoop, prepareAttempt } from './loop-unit.js';

type Place = { readonly snapshot: Snapshot; readonly state: string };

export const loopMoments = {
  prepare(unit, context) {
    const subject = subjectOf(unit, context);
    if (subject !== undefined) prepareAttempt(subject, unit, context);
  },
  async perform(unit, context) {
    const { snapshot, workspace } = context;
    const subject = subjectOf(unit, { snapshot, state: workspace.state });
    return subject === undefined ? 'Its metric is gone.' : performLoop(subject, context);
  },
  keep(unit, work) {
    const subject = subjectOf(unit, work);
    if (subject !== undefined) keepAttemptWork(subject, work);
  },
  fragments({ unit, snapshot, workspace }) {
    const subject =
      unit?.keepsChanges === true
        ? subjectOf(unit, { snapshot, state: workspace.state })
        : undefined;
    return subject === undefined ? [] : attemptFragments(subject);
  },
} satisfies Partial<PassModule>;

/**
 * A step whose record or repository cannot be read is not offered; all others are.
 * @param plans whose steps are offered.
 */
export function withLoops(offer: Offer, plans: readonly Plan[], place: Place): Offer {
  const held = new Map(offer.held);
  const units = offer.units.flatMap((unit) => {
    const plan = plans.find(({ project }) => project === unit.project);
    const subject = plan && subjectIn(plan, unit, place.state);
    if (subject === undefined) return [unit];
    try {
      return [loopUnit(unit, subject, place.snapshot)];
    } catch (error) {
      if (!(error instanceof NocturneError)) throw error;
      held.set(unit.project, error.message);
      return [];
    }
  });
  return { units, held };
}

/** @param ended what the verdict would mean without a metric. */
export function settledInLoop(unit: Unit, ended: PlanEvent, place: Place): PlanEvent {
  const subject = subjectOf(unit, place);
  return subject === undefined ? ended : loopEvent(subject, unit, ended);
}

function subjectOf(unit: Unit, { snapshot, state }: Place): LoopSubject | undefined {
  const { plan } = readPlan(snapshot, stepOf(unit).project);
  return plan && subjectIn(plan, unit, state);
}

function subjectIn(plan: Plan, unit: Unit, state: string): LoopSubject | undefined {
  const { project, step } = stepOf(unit);
  const definition = plan.definitions.find(({ id }) => id === step);
  return definition && loopSubject({ state, project }, definition, plan.steps.get(step));
}
