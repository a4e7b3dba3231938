/** The text of PLAN.md after something happened: only what Nocturne owns and what changed. */
import { isDeepStrictEqual } from 'node:util';
import { decodeCell, encodeCell } from '../../../markdown/cell.js';
import { setFrontMatterField } from '../../../markdown/edit-front-matter.js';
import { findTable } from '../../../markdown/find-records.js';
import { fieldName } from '../../../markdown/field-name.js';
import { renderFrontMatter } from '../../../markdown/render-yaml.js';
import { formatRow } from '../../../markdown/row.js';
import { keptDoc, keptRecords } from '../../../markdown/kept-docs.js';
import type { Cell, Doc, RecordSpec, Table } from '../../../markdown/types.js';
import { isSameStep } from '../engine/same-step.js';
import type { Plan, StepDefinition, StepStatus } from '../types.js';
import { stepYaml } from './step-yaml.js';

const HEADING = { kind: 'table', depth: 2, heading: 'Steps' } as const;
const COLUMNS = ['Step', 'State', 'Tries', 'Run', 'Since', 'Until', 'Why'];

/** `file`, `spec`: of PLAN.md and of its front matter. */
export type PageTarget = { readonly file: string; readonly spec: RecordSpec };
export type PageState = {
  readonly plan: Plan;
  readonly revision: number;
  /** As the page has them now. */
  readonly definitions: readonly StepDefinition[];
};

export function writtenPage(text: string, target: PageTarget, state: PageState): string {
  const { file } = target;
  const { plan, revision } = state;
  let page = withSteps(text, target, state);
  const set = (field: string, value: string | number): void => {
    page = setFrontMatterField(page, { file, key: plan.project, field, value });
  };
  set('status', plan.status);
  set('revision', revision);
  return withRows(page, plan);
}

/** A page for a plan that has none. */
export function newPage(plan: Plan, revision?: number): string {
  const { title, template, status, policy } = plan;
  const fields = { title, ...(template === '' ? {} : { template }), status };
  const numbered = revision === undefined ? {} : { revision };
  const front = renderFrontMatter({ ...fields, failure_policy: policy, ...numbered });
  const steps = plan.definitions.map((definition) => stepYaml(definition, '  ')).join('');
  const page = `---\n${front}steps:\n${steps}---\n\n# ${title}\n\n## Steps\n`;
  return withRows(page, plan);
}

/** The owner's definitions stay as they are written; the engine adds and removes recovery steps. */
function withSteps(
  text: string,
  { file, spec }: PageTarget,
  { plan, definitions }: PageState,
): string {
  const now = new Map(definitions.map((definition) => [definition.id, definition]));
  const isKept = (definition: StepDefinition): boolean => {
    const own = now.get(definition.id);
    return own !== undefined && isSameStep(own, definition);
  };
  const sameOrder = isDeepStrictEqual(ids(definitions), ids(plan.definitions));
  if (sameOrder && plan.definitions.every(isKept)) return text;
  const cell = keptRecords(keptDoc(text), file, spec).records[0]?.fields.get('steps');
  if (cell === undefined) return text;
  const items = itemsOf(text, cell);
  if (items === undefined || items.length !== definitions.length)
    return text.slice(0, cell.start) + wholeList(plan, text, cell) + text.slice(cell.end);
  const indent = indentOf(text, cell);
  const own = new Map(definitions.map(({ id }, i) => [id, items[i] ?? '']));
  const list = plan.definitions.map((definition) =>
    isKept(definition) ? own.get(definition.id) : stepYaml(definition, indent),
  );
  const body = list.join('').slice(indent.length).trimEnd();
  return text.slice(0, cell.start) + body + text.slice(cell.end);
}

function ids(definitions: readonly StepDefinition[]): readonly string[] {
  return definitions.map(({ id }) => id);
}

function indentOf(text: string, cell: Cell): string {
  const line = text.slice(text.lastIndexOf('\n', cell.start - 1) + 1, cell.start);
  return line.trim() === '' ? line : '  ';
}

/** The items of a block list, each with its indentation and a line ending at its end. */
function itemsOf(text: string, cell: Cell): readonly string[] | undefined {
  const indent = indentOf(text, cell);
  if (!cell.raw.startsWith('- ') || !text.slice(0, cell.start).endsWith(indent)) return undefined;
  const items: string[] = [];
  for (const line of `${indent}${cell.raw}\n`.split(/(?<=\n)/)) {
    if (line.startsWith(`${indent}- `)) items.push(line);
    else items.push((items.pop() ?? '') + line);
  }
  return items;
}

function wholeList(plan: Plan, text: string, cell: Cell): string {
  const indent = indentOf(text, cell);
  const list = plan.definitions.map((definition) => stepYaml(definition, indent)).join('');
  const own = text.slice(0, cell.start).endsWith(indent) && cell.raw.startsWith('- ');
  return own ? list.slice(indent.length).trimEnd() : `\n${list}`.trimEnd();
}

type Edit = { readonly start: number; readonly end: number; readonly text: string };

function withRows(text: string, plan: Plan): string {
  const doc = keptDoc(text);
  const found = findTable(doc, HEADING);
  if (found.kind === 'found') return edited(text, rowEdits(doc, found.table, plan));
  const header = `${formatRow(COLUMNS)}${doc.eol}|${'---|'.repeat(COLUMNS.length)}${doc.eol}`;
  const rows = [...plan.steps].map(
    ([id, status]) => formatRow(valuesOf(id, status, COLUMNS.map(fieldName))) + doc.eol,
  );
  const table = `${doc.eol}${header}${rows.join('')}`;
  if (found.kind === 'no-table') {
    const above = text.slice(0, found.heading.end).trimEnd();
    return `${above}${doc.eol}${table}${text.slice(found.heading.end)}`;
  }
  const gap = text.endsWith('\n') ? '' : doc.eol;
  return `${text}${gap}${doc.eol}## Steps${doc.eol}${table}`;
}

function rowEdits(doc: Doc, table: Table, plan: Plan): readonly Edit[] {
  const { text, eol } = doc;
  const cellText = (span: { readonly start: number; readonly end: number }): string =>
    decodeCell(text.slice(span.start, span.end));
  const columns = table.header.cells.map((cell) => fieldName(cellText(cell)));
  const stepColumn = columns.indexOf('step');
  const edits: Edit[] = [];
  const ends = new Map<string, number>();
  for (const row of table.rows) {
    const cell = row.cells[stepColumn];
    const id = cell === undefined ? '' : cellText(cell);
    const status = plan.steps.get(id);
    if (status === undefined) {
      edits.push({ start: row.start, end: row.end + eol.length, text: '' });
      continue;
    }
    ends.set(id, row.end);
    valuesOf(id, status, columns).forEach((value, i) => {
      const span = row.cells[i];
      const name = columns[i] ?? '';
      if (span === undefined || !WRITTEN.has(name) || cellText(span) === value) return;
      edits.push({ ...span, text: encodeCell(value) });
    });
  }
  let place = table.delimiter.end;
  for (const [id, status] of plan.steps) {
    const end = ends.get(id);
    if (end !== undefined) place = end;
    else
      edits.push({
        start: place,
        end: place,
        text: `${eol}${formatRow(valuesOf(id, status, columns))}`,
      });
  }
  return edits;
}

const WRITTEN: ReadonlySet<string> = new Set(['state', 'tries', 'run', 'since', 'until', 'why']);

function valuesOf(id: string, status: StepStatus, columns: readonly string[]): readonly string[] {
  const { state, tries, runId = '', since = '', until = '', why = '' } = status;
  const values: Readonly<Record<string, string>> = {
    step: id,
    state,
    tries: String(tries),
    run: runId,
    since,
    until,
    why: why.replaceAll(/\s*\n\s*/g, ' '),
  };
  return columns.map((name) => values[name] ?? '');
}

/** Edits at the same place stay in their order. */
function edited(text: string, edits: readonly Edit[]): string {
  const sorted = edits
    .map((edit, i) => ({ edit, i }))
    .sort((a, b) => a.edit.start - b.edit.start || a.i - b.i);
  let result = '';
  let from = 0;
  for (const { edit } of sorted) {
    result += text.slice(from, edit.start) + edit.text;
    from = edit.end;
  }
  return result + text.slice(from);
}
