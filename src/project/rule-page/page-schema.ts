/** What the front matter of a rule and of a role may say. */
import { z } from 'zod';

/** `blocks`: the whole change is undone. `look`: a grader or the owner looks at it. */
const EFFECTS = ['blocks', 'warns', 'look'] as const;

export const TIERS = ['project', 'framework', 'universal'] as const;

/** One glob, or a list. */
const globs = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());
const effect = z.enum(EFFECTS).default('blocks');
const says = z.string().optional();
/** The letters that `RegExp` takes, without those that move its start. */
const flags = z
  .string()
  .regex(/^[imsu]*$/, 'expected only the letters i, m, s and u')
  .default('m');
const EVERYTHING = ['**'];

type Expressions = {
  readonly flags: string;
  readonly pattern?: string | undefined;
  readonly contains?: string | undefined;
};

/** Whether what is written is a regular expression; each pattern of a page is compiled here. */
function compiles(value: Expressions, context: z.RefinementCtx): void {
  for (const name of ['pattern', 'contains'] as const) {
    const source = value[name];
    if (source === undefined) continue;
    try {
      new RegExp(source, value.flags);
    } catch {
      const message = 'this is not a regular expression';
      context.addIssue({ code: 'custom', message, path: [name], input: source });
    }
  }
}

/** `place`: in the lines that the pass added, or anywhere in a file that it changed. */
const forbidden = z
  .strictObject({
    pattern: z.string().min(1),
    flags,
    in: globs.default(EVERYTHING),
    place: z.enum(['added', 'file']).default('added'),
    says,
    effect,
  })
  .superRefine(compiles);

/** A changed file that matches `files`, where one that matches `when` has changed. */
const required = z
  .strictObject({
    files: globs,
    contains: z.string().min(1).optional(),
    flags,
    when: globs.default(EVERYTHING),
    says,
    effect,
  })
  .superRefine(compiles);

/** Where a file that matches `in` has changed. No shell, in the folder of the project. */
const command = z.strictObject({
  run: z.array(z.string()).min(1),
  in: globs.default(EVERYTHING),
  seconds: z.int().min(1).max(1800).default(120),
  says,
  effect,
});

/** In the last lines that the agent printed. */
const output = z
  .strictObject({ pattern: z.string().min(1), flags, says, effect })
  .superRefine(compiles);

const checks = {
  forbidden: z.array(forbidden).default([]),
  required: z.array(required).default([]),
  commands: z.array(command).default([]),
  output: z.array(output).default([]),
  /** Credentials in what the pass added. */
  secrets: z.enum(EFFECTS).optional(),
  /** Changes that the guard refused. */
  outside_scope: z.enum(EFFECTS).optional(),
};

export const RULE_SCHEMA = z.strictObject({
  id: z.string().min(1).optional(),
  title: z.string().optional(),
  tier: z.enum(TIERS).default('universal'),
  scope: globs.default(EVERYTHING),
  detect: globs.nullish().transform((value) => value ?? []),
  priority: z.int().min(0).max(1000).default(50),
  ...checks,
});

const who = z.string().min(1).optional();
const texts = z.array(z.string()).default([]);

export const ROLE_SCHEMA = z.strictObject({
  id: z.string().min(1),
  title: z.string().optional(),
  responsibilities: texts,
  must_not: texts,
  scope: globs.default([]),
  tools: texts,
  ...checks,
  /** Who gets what this role could not do: a role, or `human`. */
  escalation: z
    .strictObject({ criteria: who, scope: who, rule: who, budget: who, agent: who })
    .default({}),
});

export type RuleFields = z.output<typeof RULE_SCHEMA>;
export type RoleFields = z.output<typeof ROLE_SCHEMA>;
export type Checks = Pick<RuleFields, keyof typeof checks>;
