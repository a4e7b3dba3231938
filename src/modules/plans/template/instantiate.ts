/** A template with values for its variables → a plan to be. */
import type { FailurePolicy, StepDefinition } from '../types.js';
import { checkSteps } from './check-steps.js';
import { expand, MAX_STEPS } from './expand.js';
import type { Surroundings } from './level.js';
import type { Problem } from './problem.js';
import type { Template } from './read-template.js';
import { substitute } from './substitute.js';
import { exampleValues, type Given, variableValues } from './variable-values.js';

/** `steps`: as PLAN.md has them. */
export type NewPlan = {
  readonly template: string;
  readonly title: string;
  readonly policy: FailurePolicy;
  readonly vars: Readonly<Record<string, string>>;
  readonly steps: readonly unknown[];
  readonly definitions: readonly StepDefinition[];
};
export type Instantiated =
  | { readonly kind: 'plan'; readonly plan: NewPlan }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };
type Sources = Pick<Surroundings, 'templateOf' | 'files'>;

/** Pure. Problems without a better place are those of the values that were given. */
export function instantiate(template: Template, given: Given, sources: Sources): Instantiated {
  const { id, policy } = template;
  const { values, vars, problems: lacking } = variableValues(template, given);
  const range = template.place(['vars']);
  const problems: Problem[] = lacking.map((problem) => ({ ...problem, range }));
  // Without its values, everything that uses them would be reported.
  if (problems.length > 0) return { kind: 'problems', problems };
  const title = String(
    substitute(template.title, values, ({ path: _, token, ...problem }) => {
      problems.push({ ...problem, range: template.find(['title'], token) });
    }),
  );
  const around = { ...sources, problems, room: MAX_STEPS };
  const made = expand({ template, values, prefix: '', within: [id] }, around);
  const steps = made.map(({ data, needs, place }) => ({ data: withNeeds(data, needs), place }));
  const checked = checkSteps(steps);
  if (checked.kind === 'problems') problems.push(...checked.problems);
  if (problems.length > 0 || checked.kind === 'problems')
    return { kind: 'problems', problems: distinct(problems) };
  const { definitions } = checked;
  const data = steps.map((step) => step.data);
  const all = given.context === undefined ? vars : { context: given.context, ...vars };
  return {
    kind: 'plan',
    plan: { template: id, title, policy, vars: all, steps: data, definitions },
  };
}

/** What is wrong with a template, whatever values it is given. */
export function templateProblems(
  template: Template,
  templateOf: Sources['templateOf'],
): readonly Problem[] {
  const files = (glob: string): readonly string[] => [glob.replaceAll(/[^\w./-]+/g, 'x')];
  const tried = instantiate(template, exampleValues(template), { templateOf, files });
  return tried.kind === 'plan' ? [] : tried.problems;
}

/** A step with `for_each` has the same problem for each item. */
function distinct(problems: readonly Problem[]): readonly Problem[] {
  const byText = problems.map((problem) => [JSON.stringify(problem), problem] as const);
  return [...new Map(byText).values()];
}

function withNeeds(data: unknown, needs: readonly string[]): unknown {
  if (typeof data !== 'object' || data === null || needs.length === 0) return data;
  const { id, title, ...rest } = data as Readonly<Record<string, unknown>>;
  return { id, ...(title === undefined ? {} : { title }), needs, ...rest };
}
