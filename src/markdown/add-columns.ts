/** Adds columns to a table of records: every row gets an empty cell, and no other byte changes. */
import { fieldLabel, fieldName } from './field-name.js';
import { findTable } from './find-records.js';
import { scan } from './scan.js';
import type { Locator, Table, TableRow } from './types.js';

/** `before`: the column before which the new ones go (default: at the end). */
export type NewColumns = {
  readonly locator: Locator;
  readonly fields: readonly string[];
  readonly before?: string;
};

export function hasTable(text: string, locator: Locator): boolean {
  return tableOf(scan(text), locator) !== undefined;
}

/** The fields without a column; none if there is no such table. */
export function missingColumns(
  text: string,
  locator: Locator,
  fields: readonly string[],
): readonly string[] {
  const doc = scan(text);
  const table = tableOf(doc, locator);
  if (table === undefined) return [];
  const present = new Set(
    table.header.cells.map((cell) => fieldName(text.slice(cell.start, cell.end))),
  );
  return fields.filter((field) => !present.has(field));
}

export function addColumns(text: string, { locator, fields, before }: NewColumns): string {
  const table = tableOf(scan(text), locator);
  if (table === undefined || fields.length === 0) return text;
  const names = table.header.cells.map((cell) => fieldName(text.slice(cell.start, cell.end)));
  const index = before === undefined ? -1 : names.indexOf(before);
  const put = (row: TableRow, values: readonly string[]): Insertion =>
    insertion(row, index, values, ' | ');
  const insertions = [
    put(table.header, fields.map(fieldLabel)),
    insertion(table.delimiter, index, Array(fields.length).fill('---'), '|'),
    ...table.rows.map((row) => put(row, Array(fields.length).fill('-'))),
  ];
  let done = 0;
  const pieces = insertions.map(({ offset, words }) => {
    const piece = text.slice(done, offset) + words;
    done = offset;
    return piece;
  });
  return pieces.join('') + text.slice(done);
}

type Insertion = { readonly offset: number; readonly words: string };

/** A row without a cell at `index` gets the new ones at its end. */
function insertion(
  row: TableRow,
  index: number,
  values: readonly string[],
  separator: string,
): Insertion {
  const cell = row.cells[index];
  if (cell !== undefined)
    return { offset: cell.start, words: values.map((value) => `${value}${separator}`).join('') };
  const offset = row.cells.at(-1)?.end ?? row.end;
  return { offset, words: values.map((value) => `${separator}${value}`).join('') };
}

function tableOf(doc: ReturnType<typeof scan>, locator: Locator): Table | undefined {
  if (locator.kind !== 'table') return undefined;
  const found = findTable(doc, locator);
  return found.kind === 'found' ? found.table : undefined;
}
