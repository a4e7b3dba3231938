/** PLAN.md as its owner sees it: read, with a problem for each place that cannot be read. */
import { defined } from '../../../kernel/defined.js';
import { fileRange, type Range } from '../../../kernel/diagnostic.js';
import { didYouMean } from '../../../kernel/nearest-name.js';
import { findTable } from '../../../markdown/find-records.js';
import { keptRecords } from '../../../markdown/kept-docs.js';
import type { Doc, Rec } from '../../../markdown/types.js';
import { fieldInt, fieldText } from '../../../project/field-text.js';
import type { Snapshot } from '../../../workspace/types.js';
import type { Problem } from '../template/problem.js';
import { readSteps } from '../template/read-steps.js';
import {
  FAILURE_POLICIES,
  type FailurePolicy,
  PLAN_STATUSES,
  type PlanStatus,
  STEP_STATES,
  type StepDefinition,
  type StepState,
} from '../types.js';

export const MOST_STEPS = 300;

export type PlanPage = {
  readonly file: string;
  readonly title: string;
  readonly template: string;
  readonly status: PlanStatus;
  readonly policy: FailurePolicy;
  readonly definitions: readonly StepDefinition[];
  /** In the order of the table; without a state, the owner left the cell empty. */
  readonly rows: ReadonlyMap<string, PlanRow>;
  /** Of the last event that the page shows; without one, no event is about this page yet. */
  readonly revision: number | undefined;
};
export type PlanRow = { readonly state: StepState | undefined; readonly record: Rec };

/**
 * `stale`: the page can be written again from the log. `ofContract`: also a finding of a rule about
 * every page.
 */
export type PlanProblem = Problem & { readonly stale?: true; readonly ofContract?: true };

export type PageRead =
  | { readonly kind: 'page'; readonly page: PlanPage; readonly warnings: readonly Problem[] }
  | {
      readonly kind: 'problems';
      readonly problems: readonly PlanProblem[];
      readonly warnings: readonly Problem[];
    }
  | { readonly kind: 'missing' };

export function planFile(project: string): string {
  return `PROJECTS/${project}/PLAN.md`;
}

/** Never throws on content. */
export function readPage(snapshot: Snapshot, project: string): PageRead {
  const file = planFile(project);
  if (!snapshot.files.has(file)) return { kind: 'missing' };
  const [record] = snapshot.recordsIn(file, 'PLAN');
  const shape = shapeProblems(snapshot, file);
  if (record === undefined || shape.length > 0)
    return { kind: 'problems', problems: shape.length > 0 ? shape : [unread(file)], warnings: [] };
  const problems: PlanProblem[] = [];
  const warnings: Problem[] = [];
  const status = oneOf(record, 'status', PLAN_STATUSES, problems);
  const policy =
    fieldText(record, 'failure_policy') === ''
      ? 'continue_best_effort'
      : oneOf(record, 'failure_policy', FAILURE_POLICIES, problems);
  const definitions = definitionsOf(record, problems);
  const rows = rowsOf(snapshot.recordsIn(file, 'PLAN-STEP'), problems);
  compare(record, { definitions, rows }, { problems, warnings });
  if (problems.length > 0 || status === undefined || policy === undefined)
    return { kind: 'problems', problems, warnings };
  const page = {
    file,
    title: fieldText(record, 'title') || project,
    template: fieldText(record, 'template'),
    status,
    policy,
    definitions: definitions ?? [],
    rows,
    revision: fieldInt(record, 'revision'),
  };
  return { kind: 'page', page, warnings };
}

/** The same text is looked at once, also by several snapshots. */
const knownShapes = new WeakMap<Doc, readonly PlanProblem[]>();

function shapeProblems(snapshot: Snapshot, file: string): readonly PlanProblem[] {
  const doc = snapshot.doc(file);
  if (doc === undefined) return [unread(file)];
  const problems = knownShapes.get(doc) ?? shapeOf(snapshot, doc, file);
  knownShapes.set(doc, problems);
  return problems;
}

/** A page without a table is one whose steps have not begun. */
function shapeOf(snapshot: Snapshot, doc: Doc, file: string): readonly PlanProblem[] {
  const objects = snapshot.objectsOf(file);
  const written = objects.filter(({ locator }) => {
    if (locator.kind !== 'table') return true;
    const { kind } = findTable(doc, locator);
    return kind === 'found' || kind === 'ambiguous';
  });
  const found =
    written.length === objects.length
      ? snapshot.recordDiagnostics(file)
      : written.flatMap((object) => keptRecords(doc, file, object).diagnostics);
  return found
    .filter(({ severity }) => severity === 'error')
    .map(({ rule: _, severity: __, ...problem }) => ({ ...problem, ofContract: true }));
}

function unread(file: string): Problem {
  const range = fileRange(file);
  return { range, message: `${file} cannot be read as a plan`, expected: 'front matter and steps' };
}

function oneOf<T extends string>(
  record: Rec,
  field: string,
  names: readonly T[],
  problems: PlanProblem[],
): T | undefined {
  const text = fieldText(record, field);
  const found = names.find((name) => name === text);
  if (found === undefined)
    problems.push({
      range: rangeOf(record, field),
      message: text === '' ? `"${field}" is missing` : `there is no ${field} "${text}"`,
      ofContract: true,
      expected: `one of ${names.join(', ')}`,
      actual: text === '' ? 'nothing' : text,
      ...defined({ hint: didYouMean(text, names) }),
    });
  return found;
}

function rangeOf(record: Rec, field: string): Range {
  return record.fields.get(field)?.range ?? record.range;
}

function definitionsOf(
  record: Rec,
  problems: PlanProblem[],
): readonly StepDefinition[] | undefined {
  const cell = record.fields.get('steps');
  const read = cell === undefined ? undefined : readSteps(cell);
  if (read?.kind === 'problems') {
    problems.push(...read.problems);
    return undefined;
  }
  const definitions = read?.definitions ?? [];
  const range = rangeOf(record, 'steps');
  if (definitions.length === 0)
    problems.push({ range, message: 'the plan has no steps', expected: 'a list of steps' });
  if (definitions.length > MOST_STEPS)
    problems.push({
      range,
      message: `the plan has ${definitions.length} steps`,
      expected: `at most ${MOST_STEPS} steps`,
      actual: `${definitions.length}`,
      hint: 'split it into plans of several projects',
    });
  return definitions;
}

function rowsOf(records: readonly Rec[], problems: PlanProblem[]): ReadonlyMap<string, PlanRow> {
  const rows = new Map<string, PlanRow>();
  for (const record of records) {
    const step = fieldText(record, 'step');
    if (rows.has(step))
      problems.push({
        range: rangeOf(record, 'step'),
        message: `there are two rows for the step ${step}`,
        ofContract: true,
        expected: 'one row for each step',
        actual: step,
      });
    const text = fieldText(record, 'state');
    const state = text === '' ? undefined : oneOf(record, 'state', STEP_STATES, problems);
    if (!rows.has(step)) rows.set(step, { state, record });
  }
  return rows;
}

/** Rows and definitions belong together; a row that is missing is added by Nocturne. */
function compare(
  record: Rec,
  page: {
    readonly definitions: readonly StepDefinition[] | undefined;
    readonly rows: PlanPage['rows'];
  },
  found: { readonly problems: PlanProblem[]; readonly warnings: Problem[] },
): void {
  if (page.definitions === undefined) return;
  const ids = new Set(page.definitions.map(({ id }) => id));
  for (const [step, row] of page.rows)
    if (!ids.has(step))
      found.problems.push({
        range: rangeOf(row.record, 'step'),
        message: `the table has a step ${step}, which "steps" does not define`,
        expected: 'a step of the list "steps"',
        actual: step,
        hint: didYouMean(step, ids) ?? 'define it under steps, or remove the row',
      });
  for (const id of ids)
    if (!page.rows.has(id))
      found.warnings.push({
        range: rangeOf(record, 'steps'),
        message: `the step ${id} has no row in the table`,
        expected: `a row for ${id} under "## Steps"`,
        hint: 'Nocturne adds the row when the plan goes on',
      });
}
