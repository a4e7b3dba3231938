/** The tables of REGISTRY.md: the rows below a heading, with the position of every cell. */
import type { Diagnostic, Range } from '../kernel/diagnostic.js';
import { brokenTable } from '../markdown/broken-table.js';
import { unclosedBracket } from '../kernel/glob.js';
import { decodeCell } from '../markdown/cell.js';
import { rangeOf } from '../markdown/range-of.js';
import type { Doc, Heading, Span, TableRow } from '../markdown/types.js';

export type RegistryCell = { readonly value: string; readonly range: Range };
export type RegistryRow = {
  readonly cells: ReadonlyMap<string, RegistryCell>;
  readonly range: Range;
};

/** A part of the document: from a heading to the next one of the same or a higher level. */
export type Part = { readonly heading: Heading; readonly start: number; readonly end: number };

export const RULE = 'registry-syntax';

/**
 * Collects what is wrong with one REGISTRY.md. `unread` names what has a diagnostic already: parts
 * (`R1`), objects (`PROJECT`), the fields of one (`PROJECT.`), bundles and their arguments (`name`,
 * `name()`). References to these get no further diagnostic: one mistake, one diagnostic.
 */
export type Report = {
  readonly doc: Doc;
  readonly file: string;
  readonly diagnostics: Diagnostic[];
  readonly unread: Set<string>;
};

/** Whether one of these has a diagnostic already. */
export function isUnread(report: Report, ...names: readonly string[]): boolean {
  return names.some((name) => report.unread.has(name));
}

export function rangeIn({ doc, file }: Report, span: Span): Range {
  return rangeOf(doc, file, span);
}

export function complain(
  report: Report,
  range: Range,
  message: string,
  more: { expected?: string; actual?: string; hint?: string } = {},
): void {
  report.diagnostics.push({ rule: RULE, severity: 'error', message, range, ...more });
}

/** Rows of every table in a part with the header `columns`; another header is a diagnostic. */
export function rowsOf(report: Report, part: Part, columns: readonly string[]): RegistryRow[] {
  const { doc } = report;
  const rows: RegistryRow[] = [];
  const tables = doc.tables.filter((table) => table.start >= part.start && table.start < part.end);
  if (tables.length === 0) {
    report.unread.add(partOf(part.heading));
    // checkStrayRows shows where the table breaks.
    if (brokenTable(doc, part) === undefined)
      complain(report, rangeIn(report, part.heading), `"${part.heading.text}" has no table`, {
        expected: `a table ${columns.join(' | ')}`,
      });
  }
  for (const table of tables) {
    const header = table.header.cells.map((cell) =>
      decodeCell(doc.text.slice(cell.start, cell.end)).replace(/^(\*\*|__)(.+)\1$/, '$2'),
    );
    if (header.join('|').toLowerCase() !== columns.join('|').toLowerCase()) {
      report.unread.add(partOf(part.heading));
      complain(
        report,
        rangeIn(report, table.header),
        `the table under "${part.heading.text}" has other columns`,
        { expected: columns.join(' | '), actual: header.join(' | ') },
      );
      continue;
    }
    for (const row of table.rows) {
      const read = readRow(report, row, columns);
      if (read !== undefined) rows.push(read);
      else report.unread.add(ownerOf(doc, row.cells, partOf(part.heading)));
    }
  }
  return rows;
}

/** `R1` of `## R1 Objects`, or the heading of a bundle. */
function partOf({ text }: Heading): string {
  return /^R\d\b/.exec(text)?.[0] ?? text;
}

/** What an unreadable row is part of: an object, its fields, or the part itself. */
export function ownerOf(doc: Doc, cells: readonly Span[], part: string): string {
  const [first = ''] = cells.map((cell) =>
    unquote(decodeCell(doc.text.slice(cell.start, cell.end))),
  );
  if (part === 'R1') return first;
  return part === 'R2' ? `${first}.` : part;
}

function readRow(
  report: Report,
  row: TableRow,
  columns: readonly string[],
): RegistryRow | undefined {
  const range = rangeIn(report, row);
  if (row.cells.length !== columns.length) {
    complain(report, range, `this row has ${row.cells.length} of ${columns.length} cells`, {
      expected: `${columns.length} cells: ${columns.join(' | ')}`,
      actual: `${row.cells.length} ${row.cells.length === 1 ? 'cell' : 'cells'}`,
      hint: 'write a | inside a cell as \\|',
    });
    return undefined;
  }
  const cells = new Map<string, RegistryCell>();
  row.cells.forEach((cell, i) => {
    const column = columns[i] ?? '';
    cells.set(column.toLowerCase(), {
      value: unquote(decodeCell(report.doc.text.slice(cell.start, cell.end))),
      range: rangeIn(report, cell),
    });
  });
  return { cells, range };
}

/** A cell of a row that `rowsOf` returned, which has every column. */
export function cellOf(row: RegistryRow, column: string): RegistryCell {
  return row.cells.get(column) ?? { value: '', range: row.range };
}

function unquote(value: string): string {
  return /^`[^`]*`$/.test(value) ? value.slice(1, -1) : value;
}

/** Names separated by commas, with or without backticks. */
export function listOf(value: string): string[] {
  return value
    .split(',')
    .map((item) => unquote(item.trim()))
    .filter((item) => item !== '' && item !== '-' && item !== '—');
}

/** Whether a glob stays inside the workspace. A `!` at its start would match all other files. */
export function isInsideGlob(glob: string): boolean {
  return glob !== '' && !glob.startsWith('/') && !glob.startsWith('!') && !glob.includes('..');
}

/** Why a glob matches no file although somebody meant it to, or `undefined`. */
export function globMistake(glob: string): string | undefined {
  if (glob !== glob.trim()) return 'begins or ends with a blank';
  if (glob.includes('\\')) return 'contains a backslash; write / between folders';
  const bracket = unclosedBracket(glob);
  return bracket === undefined ? undefined : `has a ${bracket} without its other half`;
}
