/** A template with values for its variables → a plan to be. */
import type { Plan } from '../types.js';
import { isMapping } from '../../../project/condition-read.js';
import { checkSteps } from './check-steps.js';
import { expand, MAX_STEPS } from './expand.js';
import type { Surroundings } from './level.js';
import type { Problem } from './problem.js';
import type { Template } from './read-template.js';
import { substitute } from './substitute.js';
import { exampleValues, type Given, variableValues } from './variable-values.js';

export type PlanDraft = Pick<Plan, 'template' | 'title' | 'policy' | 'definitions'>;
export type Instantiated =
  | { readonly kind: 'plan'; readonly plan: PlanDraft }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };
type Sources = Pick<Surroundings, 'templateOf' | 'files'>;

/** Pure. Problems without a better place are those of the values that were given. */
export function instantiate(template: Template, given: Given, sources: Sources): Instantiated {
  const { id, policy } = template;
  const { values, problems: lacking } = variableValues(template, given);
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
  const checked = checkSteps(
    made.map(({ data, needs, place }) => ({ data: withNeeds(data, needs), place })),
  );
  if (checked.kind === 'problems') problems.push(...checked.problems);
  if (problems.length > 0 || checked.kind === 'problems')
    return { kind: 'problems', problems: distinct(problems) };
  const { definitions } = checked;
  return { kind: 'plan', plan: { template: id, title, policy, definitions } };
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
  return isMapping(data) && needs.length > 0 ? { ...data, needs } : data;
}
