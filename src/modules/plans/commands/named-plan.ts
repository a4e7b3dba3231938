/** The plan and the step that the words of a command name. */
import { defined } from '../../../kernel/defined.js';
import { NocturneError } from '../../../kernel/error.js';
import { didYouMean } from '../../../kernel/nearest-name.js';
import type { Snapshot } from '../../../workspace/types.js';
import { planFile } from '../page/plan-page.js';
import { type PlanRead, plannedProjects, readPlan } from '../page/read-plan.js';

/** @throws NocturneError `NOT_FOUND`. */
export function requirePlan(snapshot: Snapshot, project: string): void {
  const projects = plannedProjects(snapshot);
  if (projects.includes(project)) return;
  throw new NocturneError('NOT_FOUND', `the project "${project}" has no plan`, {
    file: planFile(project),
    hint: didYouMean(project, projects) ?? 'nocturne plan list shows the plans',
  });
}

/** Of commands about one step: `PROJECT STEP`, or `STEP` alone. */
export const STEP_WORDS = '<project-or-step> [step]';

type PlacedStep = { readonly project: string; readonly step: string };

/**
 * @param word of the command, such as `why`.
 * @throws NocturneError `NOT_FOUND`, `BAD_VALUE` for a page that cannot be read, and `USAGE` for a
 *   step alone that several plans have.
 */
export function namedStep(snapshot: Snapshot, word: string, words: readonly string[]): PlacedStep {
  const [first = '', second] = words;
  return second === undefined
    ? stepOfSomePlan(snapshot, word, first)
    : stepOfPlan(snapshot, first, second);
}

function stepOfPlan(snapshot: Snapshot, project: string, step: string): PlacedStep {
  const { plan, problems } = readPlan(snapshot, project);
  const [problem] = problems;
  if (plan === undefined) requirePlan(snapshot, project);
  if (plan === undefined && problem !== undefined) throw unreadable(problem);
  const steps = [...(plan?.steps.keys() ?? [])];
  if (steps.includes(step)) return { project, step };
  throw new NocturneError('NOT_FOUND', `the step "${step}" is not in the plan ${project}`, {
    file: planFile(project),
    hint: didYouMean(step, steps) ?? `its steps are ${steps.join(', ')}`,
  });
}

function stepOfSomePlan(snapshot: Snapshot, word: string, step: string): PlacedStep {
  const projects = plannedProjects(snapshot);
  const stepsOf = (project: string): readonly string[] => [
    ...(readPlan(snapshot, project).plan?.steps.keys() ?? []),
  ];
  const having = projects.filter((project) => stepsOf(project).includes(step));
  const [project] = having;
  if (project === undefined)
    throw new NocturneError('NOT_FOUND', `no plan has a step "${step}"`, {
      hint: projects.includes(step)
        ? `name a step of this plan: ${stepsOf(step).join(', ')}`
        : (didYouMean(step, projects.flatMap(stepsOf)) ?? 'nocturne plan list shows the plans'),
    });
  if (having.length > 1)
    throw new NocturneError('USAGE', `several plans have a step "${step}": ${having.join(', ')}`, {
      hint: `nocturne plan ${word} ${project} ${step}`,
    });
  return { project, step };
}

export function unreadable({ message, range, hint }: PlanRead['problems'][number]): NocturneError {
  const { file, line, column } = range;
  return new NocturneError('BAD_VALUE', message, defined({ file, line, column, hint }));
}
