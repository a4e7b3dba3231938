/** The grammar of templates as a JSON Schema, for editors. */
import { z } from 'zod';
import { STEP_KEYS } from './step-schema.js';
import { COMPOSING, PLAN_STEP, TEMPLATE_KEYS } from './template-schema.js';

const step = z.strictObject({
  ...STEP_KEYS,
  ...COMPOSING.shape,
  context: PLAN_STEP.shape.context,
});
const template = z.strictObject({ ...TEMPLATE_KEYS, steps: z.array(step).min(1) });

/** What an editor shows at a key. */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  id: 'lower-case letters and digits with . _ or - between them; of a template, the name of its file',
  title: 'a few words for people',
  description: 'what the template is for, and what has to be said with --context',
  failure_policy: 'what happens to the other steps when one has failed for good',
  vars: 'variables: a default, or a map of default, required, values, description and example; of a step with run: plan, their values',
  steps: 'what is done; a step begins when everything in its needs is proved',
  objective: 'what the agent is asked to do; {{context}} and {{vars.name}} are replaced',
  needs: 'ids of steps that have to be proved before',
  run: 'who does it: an agent (runner), you (human), a program (command), or another template (plan)',
  runner: 'a runner of RUNNERS.md; without it, the runner of the project',
  tier: 'a tier of MODEL-TIERS.md; without it, the tier of the project',
  role: 'a page of orchestration-os/roles, without .md',
  command: 'a program and its arguments; there is no shell',
  plan: 'the id of the template whose steps come here',
  context: 'with run: plan, the context of that template',
  writes: 'globs that the step may write, relative to the project; without it, what it produces',
  tools: 'programs that the agent may run; without it, those of the project',
  produces: 'files that are there when it is done; their hashes are recorded',
  consumes: 'files that it works with; steps that produce them come first',
  criteria: 'conditions that all hold when it is done, as in PHASES.md',
  metric: 'a number to improve: attempts are made, measured and kept or dropped',
  budget: 'minutes, tokens and cost at most',
  retries: 'tries after the first',
  tags: 'with run: runner, what another node of the mesh must have to do it; the step becomes a task in mesh/outbox',
  critical: 'whether its failure ends a plan with abort_on_critical_fail',
  when: 'a condition: without it, the step is skipped; or a text such as {{vars.env}} == production, which decides whether the plan has the step',
  for_each:
    'a list, a text with commas, or files: GLOB; the step is made once for each, as {{each}}, {{each.id}}, {{each.name}} and {{each.number}}',
  repeatable: 'no: you are asked before it runs again after a crash',
  question: 'what you are asked',
  deadline: 'a duration such as 2d, or a date; then the default is the answer',
  default: 'the answer after the deadline',
  escalate:
    'who gets a step that has failed for good: a role, human or none; without it, what its role says',
};

const BRACES = '|\\{\\{';

/** A text may have variables in place of what is expected of it. */
export function schemaText(): string {
  const schema = z.toJSONSchema(template, {
    io: 'input',
    target: 'draft-7',
    override({ jsonSchema }) {
      const { pattern, properties } = jsonSchema;
      if (pattern !== undefined && !pattern.endsWith(BRACES))
        jsonSchema.pattern = `${pattern}${BRACES}`;
      if (properties?.['id'] === undefined) return;
      for (const [name, property] of Object.entries(properties)) {
        const description = DESCRIPTIONS[name];
        if (description !== undefined && typeof property === 'object')
          Object.assign(property, { description });
      }
    },
  });
  const title = 'A plan template of Nocturne';
  return `${JSON.stringify({ title, ...schema }, undefined, 2)}\n`;
}
