/** What a plan will take: each step as long as most like it took, from past runs. */
import { median } from 'simple-statistics';
import type { Snapshot } from '../../../workspace/types.js';
import { fieldText } from '../../../project/field-text.js';
import { runnerName } from '../../../project/project-runner.js';
import { criticalPath } from '../engine/critical-path.js';
import type { Plan, StepDefinition } from '../types.js';
import { type PastStep, pastSteps } from './past-work.js';

/** The medians of `steps` past ones, which have the same `like` as this one. */
export type StepEstimate = {
  readonly minutes: number;
  readonly tokens: number | undefined;
  readonly cost: number | undefined;
  readonly like: 'role, runner and tier' | 'role' | 'runner' | 'command';
  readonly steps: number;
};
export type PlanEstimate = {
  readonly steps: ReadonlyMap<string, StepEstimate>;
  /** Of the steps that are not done, one after the other on the critical path. */
  readonly minutes: number;
  /** Of the steps that are not done and have one. */
  readonly cost: number | undefined;
  /** Steps without a past one: their budget counts as their time. */
  readonly unknown: readonly string[];
  /** Of these, those that have no budget either: their time is not counted. */
  readonly uncounted: readonly string[];
};

export function estimatePlan(snapshot: Snapshot, plan: Plan): PlanEstimate {
  const past = pastSteps(snapshot);
  const project = snapshot.record('PROJECT', plan.project);
  const usual = {
    runner: runnerName(snapshot, project),
    tier: fieldText(project, 'next_pass.model_tier'),
  };
  const steps = new Map<string, StepEstimate>();
  for (const definition of plan.definitions) {
    const estimate = estimateStep(definition, past, usual);
    if (estimate !== undefined) steps.set(definition.id, estimate);
  }
  const isOpen = ({ id }: StepDefinition): boolean => {
    const state = plan.steps.get(id)?.state;
    return state !== 'proved' && state !== 'skipped';
  };
  const minutes = (step: StepDefinition): number => {
    if (step.run === 'human' || !isOpen(step)) return 0;
    return steps.get(step.id)?.minutes ?? step.budget.minutes ?? 0;
  };
  const open = plan.definitions.filter(isOpen);
  const unknown = open.filter(({ id, run }) => run !== 'human' && !steps.has(id));
  const costs = open.flatMap(({ id }) => steps.get(id)?.cost ?? []);
  const byId = new Map(plan.definitions.map((step) => [step.id, step]));
  const path = criticalPath(plan.definitions, minutes).flatMap((id) => byId.get(id) ?? []);
  return {
    steps,
    minutes: path.reduce((total, step) => total + minutes(step), 0),
    cost: costs.length === 0 ? undefined : costs.reduce((total, cost) => total + cost, 0),
    unknown: unknown.map(({ id }) => id),
    uncounted: unknown.filter(({ budget }) => budget.minutes === undefined).map(({ id }) => id),
  };
}

type Usual = { readonly runner: string; readonly tier: string };

function estimateStep(
  step: StepDefinition,
  past: readonly PastStep[],
  usual: Usual,
): StepEstimate | undefined {
  if (step.run === 'human') return undefined;
  const alike = past.filter(({ definition }) => definition.run === step.run);
  if (step.run === 'command') {
    const command = JSON.stringify(step.command);
    const same = alike.filter(({ definition }) => JSON.stringify(definition.command) === command);
    return medians(same, 'command');
  }
  const sameRole = alike.filter(({ definition }) => definition.role === step.role);
  const sameRunner = (each: PastStep): boolean => each.runner === (step.runner ?? usual.runner);
  const sameTier = ({ definition }: PastStep): boolean =>
    (definition.tier ?? usual.tier) === (step.tier ?? usual.tier);
  return (
    medians(
      sameRole.filter((each) => sameRunner(each) && sameTier(each)),
      'role, runner and tier',
    ) ??
    (step.role === undefined ? undefined : medians(sameRole, 'role')) ??
    medians(alike.filter(sameRunner), 'runner')
  );
}

function medians(past: readonly PastStep[], like: StepEstimate['like']): StepEstimate | undefined {
  const minutes = medianOf(past.map((step) => step.minutes));
  if (minutes === undefined) return undefined;
  const tokens = medianOf(past.flatMap((step) => step.tokens ?? []));
  const cost = medianOf(past.flatMap((step) => step.cost ?? []));
  return { minutes, tokens, cost, like, steps: past.length };
}

function medianOf(values: number[]): number | undefined {
  return values.length === 0 ? undefined : median(values);
}
