/** Says what is wrong with lines that were meant as a table and are none. */
import { splitRow } from './split-row.js';
import { strayRows } from './stray-rows.js';
import type { Doc, Span } from './types.js';

export type BrokenTable = {
  readonly span: Span;
  readonly message: string;
  readonly expected: string;
  readonly hint: string;
};

/** Of a span without a table: the row where its first table breaks. */
export function brokenTable(doc: Doc, span: Span): BrokenTable | undefined {
  const [header, second] = strayRows(doc, span)[0] ?? [];
  if (header === undefined) return undefined;
  const columns = splitRow(doc.text, header.start, header.end).length;
  const expected = `|${' --- |'.repeat(columns)}`;
  const below = second === undefined ? '' : doc.text.slice(second.start, second.end);
  if (second === undefined || !isAlmostDelimiter(below))
    return {
      span: header,
      message: 'the row of dashes below this header is missing, so these rows are not a table',
      expected,
      hint: 'add the row of dashes below the header',
    };
  const dashes = splitRow(doc.text, second.start, second.end).length;
  const [other] = /[^|:\-\s]/.exec(below) ?? [];
  if (other !== undefined)
    return {
      span: second,
      message: `this row of dashes contains "${other}", so these rows are not a table`,
      expected,
      hint: 'write only hyphens, colons and pipes in it',
    };
  if (dashes === columns)
    return {
      span: second,
      message: 'this row of dashes has a cell without a hyphen, so these rows are not a table',
      expected,
      hint: 'write at least one hyphen in each cell',
    };
  const isHeader = dashes > columns;
  return {
    span: isHeader ? header : second,
    message: isHeader
      ? `this header has ${count(columns)}, and the row of dashes below it ${dashes}, so these rows are not a table`
      : `this row of dashes has ${count(dashes)}, and the header above it ${columns}, so these rows are not a table`,
    expected: isHeader ? `${dashes} cells` : expected,
    hint: 'give the header and the row of dashes the same number of cells',
  };
}

const count = (cells: number): string => `${cells} ${cells === 1 ? 'cell' : 'cells'}`;

/** Dashes of any kind, without words. */
function isAlmostDelimiter(line: string): boolean {
  return /[-‐-―−_=]{2}|[‐-―−]/.test(line) && !/[\p{L}\p{N}]/u.test(line);
}
