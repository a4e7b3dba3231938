/** A step as written in a template → the steps that it becomes: for-each, `when`, variables. */
import { defined } from '../../../kernel/defined.js';
import { isMapping } from '../../../project/condition-read.js';
import type { YamlPath } from '../../../project/condition-place.js';
import { itemsOf } from './expand-each.js';
import type { Group, Level, Made, Surroundings } from './level.js';
import { reporter, reportIssues } from './problem.js';
import { type Lack, substitute, type Values } from './substitute.js';
import { COMPOSING } from './template-schema.js';
import { holds } from './when-text.js';

type Data = Readonly<Record<string, unknown>>;
/** A step with `run: plan`, its variables replaced. */
export type PlanStep = { readonly data: Data; readonly id: string; readonly place: Group['place'] };

/** Paths of files become words of commands and text of briefs: these can be misread in neither. */
const PLAIN_PATH = /^[\p{L}\p{N}_.@+][\p{L}\p{N}_./@+ -]*$/u;

export function expandStep(
  level: Level,
  index: number,
  around: Surroundings,
  plan: (step: PlanStep, values: Values) => Pick<Made, 'steps' | 'ends'>,
): Group {
  const { template, values, prefix } = level;
  const at = ['steps', index];
  const place = (path: YamlPath) => template.place([...at, ...path]);
  const step = template.steps[index];
  if (!isMapping(step)) {
    const steps = [{ id: '', needs: [], data: step, place }];
    return { id: '', needs: [], made: [{ suffix: '', needs: [], steps, ends: [] }], place };
  }
  const lacksIn =
    (...inside: YamlPath) =>
    ({ path, token, ...problem }: Lack): void => {
      const range = template.find([...at, ...inside, ...path], token);
      around.problems.push({ ...problem, range });
    };
  const { for_each, when, ...rest } = step;
  const composing = COMPOSING.safeParse({
    for_each: substitute(for_each, values, lacksIn('for_each')),
    when,
  });
  const group = { id: String(step['id']), needs: namesIn(step['needs']) ?? [], place };
  if (!composing.success) {
    reportIssues(composing.error.issues, step, reporter(around.problems, place), () => ['files']);
    return { ...group, made: [] };
  }
  const items = itemsOf(composing.data.for_each, (glob) => plainFiles(glob, around, place));
  if (items.length === 0)
    around.problems.push({ range: place(['for_each']), message: 'this finds nothing to work on' });
  const made = items.flatMap(({ suffix, values: ofItem }): readonly Made[] => {
    const all = new Map([...values, ...ofItem]);
    if (typeof when === 'string' && !holds(when, all, lacksIn('when'))) return [];
    const written = defined({ ...rest, when: typeof when === 'string' ? undefined : when });
    const data = substitute(written, all, lacksIn()) as Data;
    const needs = namesIn(data['needs']);
    const id = `${prefix}${String(data['id'])}${suffix}`;
    if (data['run'] === 'plan')
      return [{ suffix, needs: needs ?? [], ...plan({ data, id, place }, all) }];
    around.room--;
    // What is not as it should be is left as written, for the check of the whole plan.
    const { needs: _, ...without } = data;
    const own = needs === undefined ? data : without;
    const steps = [{ id, needs: [], data: 'id' in data ? { ...own, id } : own, place }];
    return [{ suffix, needs: needs ?? [], steps, ends: [id] }];
  });
  return { ...group, made };
}

function namesIn(needs: unknown): readonly string[] | undefined {
  if (needs === undefined) return [];
  const names: readonly unknown[] = Array.isArray(needs) ? needs : [needs];
  return names.every((name) => typeof name === 'string') ? names : undefined;
}

function plainFiles(
  glob: string,
  { files, problems }: Surroundings,
  place: Group['place'],
): readonly string[] {
  const paths = files(glob);
  const odd = paths.filter((path) => !PLAIN_PATH.test(path));
  for (const path of odd)
    problems.push({
      range: place(['for_each']),
      message: `a file of ${glob} has a name that could be misread`,
      expected: 'letters, digits, blanks and . _ - @ + /',
      actual: JSON.stringify(path),
      hint: 'rename the file, or choose another glob',
    });
  return paths.filter((path) => !odd.includes(path));
}
