/** What the open steps of a plan would run, touch, cost and ask, wave by wave. */
import type { TierChoice, TierLimits } from '../../../agents/model-tier.js';
import type { Unit } from '../../../governance/unit.js';
import { COMMAND_LIMITS, cutTo } from '../../../passes/units/unit-budget.js';
import { waves } from '../engine/graph.js';
import type { Plan, StepDefinition, StepState } from '../types.js';
import { unitOf } from './units-of-plan.js';

export type PlannedStep = {
  readonly step: string;
  readonly wave: number;
  readonly state: StepState;
  /** The program, or the runner with its model tier. */
  readonly runs: string;
  readonly touches: readonly string[];
  /** At most so many for one try: the attempts of a step with a metric. */
  readonly passes: number;
  /** Of one pass. `undefined`: no limit, or nothing that costs. */
  readonly most: Partial<TierLimits>;
  readonly asks: readonly string[];
};

const OVER: ReadonlySet<StepState> = new Set(['proved', 'skipped', 'failed']);

/** @param tierOf which runner and tier a step would get today. */
export function plannedSteps(
  plan: Plan,
  tierOf: (unit: Unit) => TierChoice,
): readonly PlannedStep[] {
  const wave = waves(plan.definitions);
  return plan.definitions
    .flatMap((definition): readonly PlannedStep[] => {
      const { id } = definition;
      const state = plan.steps.get(id)?.state ?? 'waiting';
      if (OVER.has(state) || definition.run === 'plan') return [];
      const about = { step: id, wave: wave.get(id) ?? 0, state, asks: asksOf(definition) };
      if (definition.run === 'human')
        return [{ ...about, runs: 'you', touches: [], passes: 0, most: {} }];
      const { tags = [] } = definition;
      const unit = unitOf(plan, id, 1);
      if (tags.length > 0) {
        const runs = `another node, with ${tags.join(', ')}`;
        return [{ ...about, runs, touches: unit.writes, passes: 1, most: {} }];
      }
      const passes = definition.metric?.attempts ?? 1;
      return [{ ...about, touches: unit.writes, passes, ...workOf(unit, tierOf) }];
    })
    .toSorted((a, b) => a.wave - b.wave);
}

function workOf(
  unit: Unit,
  tierOf: (unit: Unit) => TierChoice,
): Pick<PlannedStep, 'runs' | 'most'> {
  if (unit.command !== undefined)
    return { runs: unit.command.join(' '), most: cutTo(COMMAND_LIMITS, unit) };
  const choice = tierOf(unit);
  if (choice.kind !== 'chosen') return { runs: `nothing now: ${choice.reason}`, most: {} };
  return { runs: `${choice.runner}, tier ${choice.tier}`, most: cutTo(choice.limits, unit) };
}

function asksOf({
  run,
  question,
  title,
  deadline,
  default: word,
  repeatable,
}: StepDefinition): readonly string[] {
  if (run === 'human') {
    const until = deadline === undefined ? '' : `, until ${deadline}, then ${word ?? 'no'}`;
    return [`${question ?? title}${until}`];
  }
  return repeatable ? [] : ['whether it may run again, if its run dies'];
}
