/** Steps as data → definitions, with a problem for everything that is not one. */
import { defined } from '../../../kernel/defined.js';
import { didYouMean } from '../../../kernel/nearest-name.js';
import { parseConditions } from '../../../project/condition-parse.js';
import type { Place, YamlPath } from '../../../project/condition-place.js';
import { cycleOf } from '../engine/cycle.js';
import type { StepDefinition } from '../types.js';
import { type Problem, type Report, reporter, reportIssues } from './problem.js';
import { KEYS_OF_RUN, keysAt, STEP, type StepShape } from './step-schema.js';

/** One step, and where each of its values stands. */
export type PlacedStep = { readonly data: unknown; readonly place: Place };
export type StepsRead =
  | { readonly kind: 'steps'; readonly definitions: readonly StepDefinition[] }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

type Checked = { readonly definition: StepDefinition; readonly place: Place };

export function checkSteps(steps: readonly PlacedStep[]): StepsRead {
  const problems: Problem[] = [];
  const checked = steps.flatMap((step) => checkStep(step, problems));
  const byId = new Map<string, Checked>();
  for (const step of checked) {
    const { id } = step.definition;
    if (byId.has(id))
      problems.push({
        range: step.place(['id']),
        message: `there are two steps ${id}`,
        expected: 'each id once',
        actual: id,
      });
    else byId.set(id, step);
  }
  const ids = idsOf(steps);
  for (const { definition, place } of checked)
    definition.needs.forEach((need, i) => {
      if (!ids.has(need)) problems.push(unknownNeed(definition.id, need, place(['needs', i]), ids));
    });
  const cycle = cycleOf(Array.from(byId.values(), ({ definition }) => definition));
  const [first] = cycle ?? [];
  const start = first === undefined ? undefined : byId.get(first);
  if (cycle !== undefined && start !== undefined)
    problems.push({
      range: start.place(['needs']),
      message: `these steps wait for each other: ${cycle.join(' -> ')}`,
      expected: 'steps that can be done one after the other',
      hint: 'remove one of these needs',
    });
  if (problems.length > 0) return { kind: 'problems', problems };
  return { kind: 'steps', definitions: checked.map(({ definition }) => definition) };
}

/** Also of steps with a problem, so that a need of one of them is not reported as unknown. */
function idsOf(steps: readonly PlacedStep[]): ReadonlySet<string> {
  const ids = steps.map(({ data }) =>
    typeof data === 'object' && data !== null && 'id' in data ? data.id : undefined,
  );
  return new Set(ids.filter((id) => typeof id === 'string'));
}

export function unknownNeed(
  id: string,
  need: string,
  range: Problem['range'],
  ids: Iterable<string>,
): Problem {
  return {
    range,
    message: `step ${id} needs ${need}, and there is no such step`,
    expected: 'the id of a step of this plan',
    actual: need,
    ...defined({ hint: didYouMean(need, ids) }),
  };
}

function checkStep({ data, place }: PlacedStep, problems: Problem[]): readonly Checked[] {
  const before = problems.length;
  const report = reporter(problems, place);
  const read = STEP.safeParse(data);
  if (!read.success) {
    reportIssues(read.error.issues, data, report, (path) => keysAt(path, STEP.shape));
    return [];
  }
  misplacedKeys(read.data, report);
  conditions(read.data.criteria, place, ['criteria'], problems);
  if (read.data.when !== undefined) conditions([read.data.when], place, ['when'], problems);
  return problems.length > before ? [] : [{ definition: definitionOf(read.data), place }];
}

function misplacedKeys(step: StepShape, report: Report): void {
  const { run } = step;
  const lack = (path: YamlPath, message: string, expected: string): void =>
    report({ path, message, expected, actual: 'nothing' });
  if (run === 'plan')
    report({
      path: ['run'],
      message: 'a plan inside a plan is written out as its steps',
      expected: 'run: runner, human or command',
      actual: 'run: plan',
      hint: 'put run: plan into a template, and make the plan with nocturne plan new',
    });
  for (const [key, runs] of Object.entries(KEYS_OF_RUN))
    if (key in step && run !== 'plan' && !runs.includes(run) && !isAsked(step, key))
      report({
        path: [key],
        message: `a step with run: ${run} has no "${key}"`,
        expected: `"${key}" in a step with run: ${runs.join(' or ')}`,
        actual: `run: ${run}`,
      });
  if (run === 'command' && step.command === undefined)
    lack(['run'], '"command" is missing', 'the program that runs');
  if (step.tags !== undefined && step.tags.length > 0)
    for (const key of ['runner', 'tier', 'tools', 'metric'] as const)
      if (step[key] !== undefined)
        report({
          path: [key],
          message: `a step with tags has no "${key}": the node that does it decides`,
          expected: `a step with tags, or with ${key}`,
          actual: `tags: ${step.tags.join(', ')}`,
        });
  if (step.default !== undefined && step.deadline === undefined)
    lack(['default'], 'this answer is never given: the step has no deadline', 'a deadline of 2d');
}

/**
 * A step for another node has a deadline. With `escalate: human`, a step that has failed is a
 * question with a deadline, too.
 */
function isAsked({ escalate, tags = [] }: StepShape, key: string): boolean {
  if (key === 'deadline' && tags.length > 0) return true;
  return escalate === 'human' && (key === 'deadline' || key === 'default');
}

/** Prose is an error here: its step would never be proved. */
function conditions(
  data: readonly unknown[],
  place: Place,
  at: YamlPath,
  problems: Problem[],
): void {
  // `when` is one condition, which is read as a list of one.
  const inside = (path: YamlPath): YamlPath => (at[0] === 'when' ? path.slice(1) : path);
  const { diagnostics } = parseConditions(data, (path) => place([...at, ...inside(path)]));
  for (const { rule: _, severity: __, ...problem } of diagnostics) problems.push(problem);
}

function definitionOf(step: StepShape): StepDefinition {
  const { title = step.id, objective = title, writes, produces } = step;
  const scope = produces.length > 0 ? produces : ['outputs/**'];
  return {
    ...defined(step),
    title,
    objective: objective.trim(),
    writes: writes ?? (step.run === 'human' ? [] : scope),
  };
}
