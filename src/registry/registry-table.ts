/** REGISTRY.md's own tables: the rows of the tables below one heading, with every cell's place. */
import type { Diagnostic, Range } from '../kernel/diagnostic.js';
import { rangeAt } from '../kernel/text-position.js';
import { decodeCell } from '../markdown/cell.js';
import type { Doc, Heading, TableRow } from '../markdown/types.js';

export type RegistryCell = { readonly value: string; readonly range: Range };
export type RegistryRow = {
  readonly cells: ReadonlyMap<string, RegistryCell>;
  readonly range: Range;
};

/** A part of the document: from a heading to the next one of the same or a higher level. */
export type Part = { readonly heading: Heading; readonly start: number; readonly end: number };

export const RULE = 'registry-syntax';

/**
 * Collects what is wrong with one REGISTRY.md. `unread`: what could not be read wholly and was said
 * so: parts (`R1`), objects (`PROJECT`), the
 * fields of one (`PROJECT.`), bundles and their arguments (`name`, `name()`). Whatever names one of
 * these is not complained of as well: one mistake, one diagnostic.
 */
export type Report = {
  readonly doc: Doc;
  readonly file: string;
  readonly diagnostics: Diagnostic[];
  readonly unread: Set<string>;
};

/** Whether one of these could not be read, as was said already. */
export function isUnread(report: Report, ...names: readonly string[]): boolean {
  return names.some((name) => report.unread.has(name));
}

export function rangeIn(report: Report, start: number, end: number): Range {
  return rangeAt(
    { starts: report.doc.lineStarts, length: report.doc.text.length },
    report.file,
    start,
    end,
  );
}

export function complain(
  report: Report,
  range: Range,
  message: string,
  more: { expected?: string; actual?: string; hint?: string } = {},
): void {
  report.diagnostics.push({ rule: RULE, severity: 'error', message, range, ...more });
}

/**
 * The part under the depth-2 heading that begins with `R1`, `R2` …; says so when it is missing or
 * there twice.
 */
export function partOf(report: Report, name: string): Part | undefined {
  const found = report.doc.headings.filter(
    (heading) => heading.depth === 2 && new RegExp(`^${name}\\b`).test(heading.text),
  );
  const [first, second] = found;
  if (first === undefined) {
    report.unread.add(name);
    complain(report, rangeIn(report, 0, 0), `REGISTRY.md has no part ${name}`, {
      expected: `a heading "## ${name} …"`,
      hint: 'restore the heading, or take it from the shipped REGISTRY.md',
    });
    return undefined;
  }
  if (second !== undefined)
    complain(report, rangeIn(report, second.start, second.end), `part ${name} is there twice`, {
      expected: 'one heading for each part',
      hint: 'join the two parts under one heading',
    });
  return { heading: first, start: first.end, end: endOfPart(report.doc, first) };
}

export function endOfPart(doc: Doc, heading: Heading): number {
  return (
    doc.headings.find((other) => other.start > heading.start && other.depth <= heading.depth)
      ?.start ?? doc.text.length
  );
}

/** The depth-3 parts inside a part: bundles and rules. */
export function subParts(doc: Doc, part: Part): Part[] {
  return doc.headings
    .filter(
      (heading) => heading.depth === 3 && heading.start >= part.start && heading.start < part.end,
    )
    .map((heading) => ({ heading, start: heading.end, end: endOfPart(doc, heading) }));
}

/**
 * Rows of every table in a part whose header is `columns`; tables with another header are
 * complained of.
 */
export function rowsOf(report: Report, part: Part, columns: readonly string[]): RegistryRow[] {
  const { doc } = report;
  const rows: RegistryRow[] = [];
  const tables = doc.tables.filter((table) => table.start >= part.start && table.start < part.end);
  if (tables.length === 0) {
    report.unread.add(nameOf(part));
    complain(
      report,
      rangeIn(report, part.heading.start, part.heading.end),
      `"${part.heading.text}" has no table`,
      { expected: `a table ${columns.join(' | ')}` },
    );
  }
  for (const table of tables) {
    const header = table.header.cells.map((cell) =>
      decodeCell(doc.text.slice(cell.start, cell.end)),
    );
    if (header.join('|').toLowerCase() !== columns.join('|').toLowerCase()) {
      report.unread.add(nameOf(part));
      complain(
        report,
        rangeIn(report, table.header.start, table.header.end),
        `this table under "${part.heading.text}" has other columns`,
        { expected: columns.join(' | '), actual: header.join(' | ') },
      );
      continue;
    }
    for (const row of table.rows) {
      const read = readRow(report, row, columns);
      if (read !== undefined) rows.push(read);
      else report.unread.add(ownerOf(doc, row, nameOf(part)));
    }
  }
  return rows;
}

/** `R1` of `## R1 Objects`, the heading's text of a bundle. */
function nameOf(part: Part): string {
  return /^R\d\b/.exec(part.heading.text)?.[0] ?? part.heading.text;
}

/** What a row that cannot be read belongs to: an object, its fields, or the part itself. */
function ownerOf(doc: Doc, row: TableRow, part: string): string {
  const [first = ''] = row.cells.map((cell) =>
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
  const range = rangeIn(report, row.start, row.end);
  if (row.cells.length !== columns.length) {
    complain(report, range, `this row has ${row.cells.length} cells`, {
      expected: `${columns.length} cells: ${columns.join(' | ')}`,
      actual: `${row.cells.length} cells`,
      hint: 'a | inside a cell is written \\|',
    });
    return undefined;
  }
  const cells = new Map<string, RegistryCell>();
  row.cells.forEach((cell, i) => {
    const column = columns[i] ?? '';
    cells.set(column.toLowerCase(), {
      value: unquote(decodeCell(report.doc.text.slice(cell.start, cell.end))),
      range: rangeIn(report, cell.start, cell.end),
    });
  });
  return { cells, range };
}

/** A cell of a row that `rowsOf` returned; every column is there. */
export function cellOf(row: RegistryRow, column: string): RegistryCell {
  return row.cells.get(column) ?? { value: '', range: row.range };
}

function unquote(value: string): string {
  return /^`[^`]*`$/.test(value) ? value.slice(1, -1) : value;
}

/** Names separated by commas, each perhaps in backticks; a null marker is no name. */
export function listOf(value: string): string[] {
  return value
    .split(',')
    .map((item) => unquote(item.trim()))
    .filter((item) => item !== '' && item !== '-' && item !== '—');
}

/**
 * A glob of files inside the workspace. One that begins with `!` would mean everything but what it
 * names, which nobody wants of a route.
 */
export function isInsideGlob(glob: string): boolean {
  return glob !== '' && !glob.startsWith('/') && !glob.startsWith('!') && !glob.includes('..');
}
