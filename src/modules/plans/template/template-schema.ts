/** The grammar of a template: a page of `orchestration-os/plan-templates`. */
import { z } from 'zod';
import type { YamlPath } from '../../../project/condition-place.js';
import { FAILURE_POLICIES } from '../types.js';
import { filledText, planVariables, scalarText, STEP_KEYS, stepId } from './step-schema.js';

const VARIABLE_KEYS = {
  description: filledText.optional(),
  default: scalarText.optional(),
  required: z.boolean({ error: 'true or false' }).default(false),
  values: z.array(scalarText, { error: 'a list of values' }).min(1).optional(),
  example: scalarText.optional(),
};
export type Variable = z.output<z.ZodObject<typeof VARIABLE_KEYS>>;
const variable = z.union(
  [
    scalarText.transform((value): Variable => ({ default: value, required: false })),
    z.strictObject(VARIABLE_KEYS),
  ],
  { error: `a default value, or a map of ${Object.keys(VARIABLE_KEYS).join(', ')}` },
);

const variableName = z
  .string()
  .regex(/^[A-Za-z_][\w.-]*$/, { error: 'a name of letters, digits, . _ and -' });

export const TEMPLATE_KEYS = {
  id: stepId,
  title: filledText.optional(),
  description: filledText.optional(),
  failure_policy: z
    .enum(FAILURE_POLICIES, { error: `one of ${FAILURE_POLICIES.join(', ')}` })
    .default('continue_best_effort'),
  vars: z.record(variableName, variable, { error: 'a map of variables' }).default({}),
};

const STEPS = 'a list of at least one step';
/** The steps are data: they are read after the variables have their values. */
export const TEMPLATE = z.strictObject(
  { ...TEMPLATE_KEYS, steps: z.array(z.unknown(), { error: STEPS }).min(1, { error: STEPS }) },
  { error: 'a map with id and steps' },
);

/** What a step of a template has on top: it says which steps of the plan it becomes. */
const forEach = z.union([z.string(), z.array(scalarText), z.strictObject({ files: filledText })], {
  error: 'a list, a text with commas, or a map with files: GLOB',
});
export const COMPOSING = z.object({
  for_each: forEach.optional(),
  when: z.union([z.string(), STEP_KEYS.when.unwrap()], { error: 'a condition' }).optional(),
});
/** A step with `run: plan`. */
export const PLAN_STEP = z.strictObject({
  id: stepId,
  title: STEP_KEYS.title,
  run: z.literal('plan'),
  plan: stepId,
  context: filledText.optional(),
  vars: planVariables.default({}),
  needs: STEP_KEYS.needs,
});

export function templateKeysAt(path: YamlPath): readonly string[] {
  return Object.keys(path[0] === 'vars' ? VARIABLE_KEYS : TEMPLATE.shape);
}
