/** The ready steps of a plan as units of work, and which projects belong to their plans. */
import { defined } from '../../../kernel/defined.js';
import type { Offer, Unit } from '../../../governance/unit.js';
import { readySteps } from '../engine/ready-steps.js';
import { isActive } from '../engine/transition.js';
import { isForMesh } from '../mesh/mesh-steps.js';
import type { Plan, StepDefinition } from '../types.js';
import { inWorkspace } from './project-paths.js';

const MODULE = 'plans';

/** @param priority of the project; a project that is not listed gets no pass. */
export function offerOf(
  plans: readonly Plan[],
  { priority, now }: { readonly priority: (project: string) => number; readonly now: string },
): Offer {
  const active = plans.filter(({ status }) => isActive(status));
  return {
    units: active.flatMap((plan) =>
      readySteps(plan, now).flatMap((step) => {
        const definition = plan.definitions.find(({ id }) => id === step);
        // What goes to another machine is not work for a pass here.
        if (definition !== undefined && isForMesh(definition)) return [];
        return [unitOf(plan, step, priority(plan.project))];
      }),
    ),
    held: new Map(active.map(({ project, status }) => [project, `its plan is ${status}`])),
  };
}

/** @throws Error if the plan has no such step. */
export function unitOf(plan: Plan, step: string, priority: number): Unit {
  const definition = plan.definitions.find(({ id }) => id === step);
  if (definition === undefined) throw new Error(`no step ${step}`);
  const { project } = plan;
  const { title, objective, criteria, budget, writes, produces, consumes } = definition;
  const { command, runner, tier, role, tools } = definition;
  const work = `plan/${project}/${step}`;
  return {
    module: MODULE,
    id: `${work}/${(plan.steps.get(step)?.tries ?? 0) + 1}`,
    work,
    project,
    priority,
    title,
    objective,
    criteria,
    budget,
    writes: inWorkspace(project, writesOf(definition, writes)),
    produces: inWorkspace(project, produces),
    consumes: inWorkspace(project, consumes),
    ...defined({ command, runner, tier, role, tools }),
  };
}

/** A step may write what it has to produce. */
function writesOf({ produces }: StepDefinition, writes: readonly string[]): readonly string[] {
  return [...new Set([...writes, ...produces])];
}

/** Which step of which plan a unit of this module is. */
export function stepOf({ project, work = '' }: Unit): {
  readonly project: string;
  readonly step: string;
} {
  return { project, step: work.slice(`plan/${project}/`.length) };
}
