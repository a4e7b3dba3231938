/** The steps of a template → the steps of a plan, those of its sub-plans included. */
import { unknownNeed } from './check-steps.js';
import { expandStep, type PlanStep } from './expand-step.js';
import type { Group, Level, Made, MadeStep, Surroundings } from './level.js';
import { type Problem, reporter, reportIssues } from './problem.js';
import { PLAN_STEP } from './template-schema.js';
import { variableValues } from './variable-values.js';

const MAX_DEPTH = 5;
export const MAX_STEPS = 300;
const TOO_MANY = `the plan has more than ${MAX_STEPS} steps`;

/** What cannot be understood in a step is left as it is, for `checkSteps`. */
export function expand(level: Level, around: Surroundings): readonly MadeStep[] {
  const groups: Group[] = [];
  for (const index of level.template.steps.keys()) {
    if (around.room < 0) break;
    const group = expandStep(level, index, around, (step, values) =>
      subPlan(step, { ...level, values }, around),
    );
    groups.push(group);
    if (around.room >= 0 || around.problems.some(({ message }) => message === TOO_MANY)) continue;
    around.problems.push({
      range: group.place([]),
      message: TOO_MANY,
      expected: `at most ${MAX_STEPS}`,
      hint: 'make several plans, or steps that do more',
    });
  }
  return connected(groups, around);
}

const NOTHING = { steps: [], ends: [] };

function subPlan(
  { data, id, place }: PlanStep,
  level: Level,
  around: Surroundings,
): Pick<Made, 'steps' | 'ends'> {
  const shape = PLAN_STEP.safeParse(data);
  if (!shape.success) {
    const keys = (): readonly string[] => Object.keys(PLAN_STEP.shape);
    reportIssues(shape.error.issues, data, reporter(around.problems, place), keys);
    return NOTHING;
  }
  const { plan, vars, context = level.values.get('context') } = shape.data;
  const within = [...level.within, plan];
  const endless = endlessly(within);
  if (endless !== undefined) {
    around.problems.push({ range: place(['plan']), ...endless });
    return NOTHING;
  }
  const read = around.templateOf(plan);
  if (read.kind === 'problems') {
    for (const problem of read.problems)
      around.problems.push(read.missing ? { ...problem, range: place(['plan']) } : problem);
    return NOTHING;
  }
  const { template } = read;
  const inner = variableValues(template, { context, vars });
  for (const problem of inner.problems)
    around.problems.push({ ...problem, range: place(['vars']), hint: 'vars of this step give it' });
  if (inner.problems.length > 0) return NOTHING;
  const steps = expand({ template, values: inner.values, prefix: `${id}.`, within }, around);
  const needed = new Set(steps.flatMap(({ needs }) => needs));
  const ends = steps.map((step) => step.id).filter((end) => !needed.has(end));
  return { steps, ends };
}

function endlessly(within: readonly string[]): Omit<Problem, 'range'> | undefined {
  const path = within.join(' -> ');
  if (new Set(within).size < within.length)
    return {
      message: `these templates include each other: ${path}`,
      expected: 'templates that end',
      hint: 'remove one of these steps with run: plan',
    };
  if (within.length > MAX_DEPTH)
    return { message: `templates are nested too deep: ${path}`, expected: `at most ${MAX_DEPTH}` };
  return undefined;
}

type Target = { readonly ends: readonly string[]; readonly needs: readonly string[] };

/** Needs that name steps as written become needs of the steps that these have become. */
function connected(groups: readonly Group[], around: Surroundings): readonly MadeStep[] {
  const targets = new Map<string, Target>();
  for (const { id, needs, made } of groups) {
    targets.set(id, { ends: made.flatMap(({ ends }) => ends), needs });
    for (const { suffix, ends } of made)
      if (suffix !== '') targets.set(`${id}${suffix}`, { ends, needs });
  }
  return groups.flatMap(({ id, place, made }) => {
    const known = (need: string, i: number): boolean => {
      if (targets.has(need)) return true;
      around.problems.push(unknownNeed(id, need, place(['needs', i]), targets.keys()));
      return false;
    };
    return made.flatMap(({ needs: written, steps }) => {
      const needs = resolved(written.filter(known), targets);
      return steps.map((step) => (step.needs.length > 0 ? step : { ...step, needs }));
    });
  });
}

/** A step that needs one that `when` left out waits for what that one needed. */
function resolved(
  needs: readonly string[],
  targets: ReadonlyMap<string, Target>,
): readonly string[] {
  const open = [...needs];
  const seen = new Set(needs);
  const found = new Set<string>();
  for (let need = open.shift(); need !== undefined; need = open.shift()) {
    const { ends = [], needs: behind = [] } = targets.get(need) ?? {};
    for (const end of ends) found.add(end);
    if (ends.length > 0) continue;
    const next = behind.filter((id) => !seen.has(id));
    for (const id of next) seen.add(id);
    open.unshift(...next);
  }
  return [...found];
}
