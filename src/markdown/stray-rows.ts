/** Finds lines that look like rows of a table and are in none, so that nothing reads them. */
import { lineEndAt, lineIndexAt } from './line-starts.js';
import { splitRow } from './split-row.js';
import type { Doc, Span, Table } from './types.js';

/**
 * Rows outside tables, fences and HTML in a span; those on adjacent lines together. They begin with
 * a pipe at any indent, or in a quotation below a table with as many columns; below a table whose
 * rows do not, any line with as many cells as the table has columns is one.
 */
export function strayRows(doc: Doc, span: Span): readonly (readonly Span[])[] {
  const tables = doc.tables.filter((table) => table.start >= span.start && table.start < span.end);
  const closed: readonly Span[] = [...tables, ...doc.fences, ...doc.html].sort(
    (a, b) => a.start - b.start,
  );
  const found: Span[][] = [];
  let group: Span[] = [];
  let block = 0;
  for (let offset = span.start; offset < span.end; ) {
    while (block < closed.length && (closed[block]?.end ?? 0) <= offset) block++;
    const next = closed[block];
    if (next !== undefined && next.start <= offset) {
      group = [];
      offset = lineAfter(doc, next.end);
      continue;
    }
    const line = lineAt(doc, offset);
    if (line.end > line.start && looksLikeRow(doc, line, tables)) {
      if (group.length === 0) found.push(group);
      group.push(line);
    } else group = [];
    offset = lineAfter(doc, line.end);
  }
  return found.filter((rows) => !isExample(doc, rows));
}

/** A whole table in an indented block of code, with a header and a row of dashes of its own. */
function isExample({ text }: Doc, [header, dashes]: readonly Span[]): boolean {
  if (header === undefined || dashes === undefined) return false;
  const before = text.slice(text.lastIndexOf('\n', header.start) + 1, header.start);
  return (
    (before.length >= 4 || before.includes('\t')) &&
    /^\|(?:[ \t]*:?-+:?[ \t]*\|)+$/.test(text.slice(dashes.start, dashes.end).trim())
  );
}

/** What is wrong with such rows, for a diagnostic at the first of them. */
export function strayRowProblem(rows: readonly Span[]): {
  readonly message: string;
  readonly expected: string;
  readonly hint: string;
} {
  const message =
    rows.length === 1
      ? 'this row is not in a table, so it does not apply'
      : `these ${rows.length} rows are not in a table, so they do not apply`;
  return {
    message,
    expected: 'a row directly below the other rows of its table, not indented and not quoted',
    hint: 'remove the blank line above it, or its indent; put text that is not a row into a code span',
  };
}

const PIPE = 124;

function looksLikeRow(doc: Doc, line: Span, tables: readonly Table[]): boolean {
  const cells = splitRow(doc.text, line.start, line.end);
  if (doc.text.charCodeAt(line.start) === PIPE) return cells.length > 1;
  const above = tables.findLast((table) => table.start < line.start);
  const [quoted] = /^(?:>[ \t]*)+(?=\|)/.exec(doc.text.slice(line.start, line.end)) ?? [];
  if (quoted !== undefined && above !== undefined)
    return (
      splitRow(doc.text, line.start + quoted.length, line.end).length === above.header.cells.length
    );
  return (
    above !== undefined &&
    doc.text.charCodeAt(above.header.start) !== PIPE &&
    above.header.cells.length > 1 &&
    cells.length === above.header.cells.length
  );
}

/** The line of an offset, without its indent. */
function lineAt(doc: Doc, offset: number): Span {
  const { text } = doc;
  const index = lineIndexAt(doc.lineStarts, offset);
  const end = lineEndAt(text, doc.lineStarts, index);
  let start = doc.lineStarts[index] ?? offset;
  while (start < end && (text.charCodeAt(start) === 32 || text.charCodeAt(start) === 9)) start++;
  return { start, end };
}

function lineAfter(doc: Doc, offset: number): number {
  return doc.lineStarts[lineIndexAt(doc.lineStarts, offset) + 1] ?? doc.text.length;
}
