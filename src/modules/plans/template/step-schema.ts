/** The grammar of one step, as written in PLAN.md: its keys, their values and their defaults. */
import { z } from 'zod';
import { parseDuration } from '../../../kernel/clock.js';
import type { YamlPath } from '../../../project/condition-place.js';
import {
  type Complaint,
  globs as readGlobs,
  type Reader,
} from '../../../project/condition-read.js';
import { parseCommand } from '../../../project/condition-argv.js';
import { defined } from '../../../kernel/defined.js';
import { RUNS, type Metric } from '../types.js';

/** Each error text is what was expected there. */
export const filledText = z.string({ error: 'a text' }).regex(/\S/, { error: 'a text' });
export const word = z
  .string({ error: 'a name' })
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}._/:-]*$/u, { error: 'a name without spaces' });
/** As nodes of a mesh announce them. */
const tag = z
  .string({ error: 'a tag' })
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}._:/@+-]{0,99}$/u, { error: 'a tag without spaces' });
/** Variables are text: `retries: '{{vars.retries}}'` may give digits. */
const wholeNumber = (min: number, max: number) => {
  const error = `a whole number from ${min} to ${max}`;
  return z
    .union([z.int(), z.string().regex(/^\d+$/).transform(Number)], { error })
    .refine((value) => value >= min && value <= max, { error });
};
const decimals = z.string().regex(/^\d+(?:\.\d+)?$/);
const positive = (error: string) =>
  z
    .union([z.number(), decimals.transform(Number)], { error })
    .refine((value) => value > 0, { error });
const yesNo = z.union([z.enum(['yes', 'no']), z.boolean()], { error: 'yes or no' });
const isYes = (value: z.infer<typeof yesNo>): boolean => value === 'yes' || value === true;

/** Ids name files, branches and rows: lower case, with `.`, `_` or `-` between words. */
export const ID = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/;
const id = (error: string) => z.string({ error }).max(120, { error }).regex(ID, { error });
export const stepId = id('an id of lower-case letters and digits, with . _ or - between them');

/** One value or a list; `read` is the reader that conditions have for it. */
function listOf(error: string, read: Reader<readonly string[]>) {
  return z
    .union([z.string(), z.array(z.string())], { error })
    .transform((value, context): readonly string[] => {
      if (Array.isArray(value) && value.length === 0) return [];
      const found: Complaint[] = [];
      const list = read(value, [], (complaint) => found.push(complaint));
      if (list !== undefined) return list;
      const [{ expected = error, path = [], hint } = {}] = found;
      context.addIssue({
        code: 'custom',
        message: expected,
        path: [...path],
        params: defined({ hint }),
      });
      return z.NEVER;
    });
}

/** Without the hints, which are for conditions. */
const globs = listOf('a glob relative to the project, or a list', (value, path, complain) =>
  readGlobs(value, path, ({ hint: _, ...complaint }) => complain(complaint)),
);
const command = listOf('a program and its arguments', parseCommand).refine(
  (words) => words.length > 0,
  { error: 'a program and its arguments' },
);
const names = (of: z.ZodType<string>, error: string) =>
  z.union([of.transform((name) => [name]), z.array(of)], { error });

const METRIC_KEYS = {
  command,
  direction: z.enum(['higher', 'lower'], { error: 'higher or lower' }),
  attempts: wholeNumber(1, 10).default(10),
  files: globs.default([]),
  held_out: z
    .strictObject(
      { command, files: globs.default([]) },
      { error: 'a map with command and the files that no agent sees' },
    )
    .optional(),
  plateau: wholeNumber(1, 10).optional(),
  repeats: wholeNumber(7, 50).optional(),
  disk_mb: wholeNumber(1, 100_000).optional(),
};
const metric = z
  .strictObject(METRIC_KEYS, { error: 'a map with command and direction' })
  .transform(
    ({ held_out, disk_mb, ...rest }): Metric =>
      defined({ ...rest, heldOut: held_out, diskMb: disk_mb }),
  );

const BUDGET_KEYS = {
  minutes: positive('a number of minutes above 0').optional(),
  tokens: positive('a number of tokens above 0').optional(),
  cost: positive('a cost above 0').optional(),
};

export const scalarText = z
  .union([z.string(), z.number(), z.boolean()], { error: 'a single value' })
  .transform(String);
export const planVariables = z.record(z.string(), scalarText, {
  error: 'a map of names to values',
});

const isDeadline = (text: string): boolean =>
  parseDuration(text) !== undefined || /^\d{4}-\d\d-\d\d(?:T|$)/.test(text);

/** Conditions are data here: `project/condition-parse` reads them. */
export const STEP_KEYS = {
  id: stepId,
  title: filledText.optional(),
  objective: filledText.optional(),
  needs: names(stepId, 'the id of a step, or a list of ids').default([]),
  run: z.enum(RUNS, { error: `one of ${RUNS.join(', ')}` }).default('runner'),
  runner: word.optional(),
  tier: word.optional(),
  role: word.optional(),
  command: command.optional(),
  plan: stepId.optional(),
  vars: planVariables.optional(),
  writes: globs.optional(),
  tools: names(filledText, 'a program, or a list of them').optional(),
  tags: names(tag, 'a tag such as gpu, or a list of them').optional(),
  produces: globs.default([]),
  consumes: globs.default([]),
  criteria: z.array(z.unknown(), { error: 'a list of conditions' }).default([]),
  metric: metric.optional(),
  budget: z
    .strictObject(BUDGET_KEYS, { error: 'a map with minutes, tokens or cost' })
    .default({})
    .transform((budget) => defined(budget)),
  retries: wholeNumber(0, 20).default(1),
  critical: yesNo.default(false).transform(isYes),
  when: z.record(z.string(), z.unknown(), { error: 'a condition' }).optional(),
  repeatable: yesNo.default(true).transform(isYes),
  question: filledText.optional(),
  deadline: filledText
    .refine(isDeadline, { error: 'a duration such as 12h or 2d, or a date' })
    .optional(),
  default: yesNo.transform((value) => (isYes(value) ? 'yes' : 'no')).optional(),
  escalate: word.optional(),
} as const;

export const STEP = z.strictObject(STEP_KEYS, { error: 'a step: a map with an id' });
export type StepShape = z.output<typeof STEP>;

/** The keys that are known at a path inside a step. */
export function keysAt([field]: YamlPath, top: object): readonly string[] {
  if (field === 'metric') return Object.keys(METRIC_KEYS);
  return Object.keys(field === 'budget' ? BUDGET_KEYS : top);
}

/** Keys that only steps of these kinds have. */
export const KEYS_OF_RUN: Readonly<Record<string, readonly StepShape['run'][]>> = {
  runner: ['runner'],
  tier: ['runner'],
  role: ['runner'],
  tools: ['runner'],
  tags: ['runner'],
  metric: ['runner'],
  command: ['command'],
  plan: ['plan'],
  vars: ['plan'],
  question: ['human'],
  deadline: ['human'],
  default: ['human'],
};
