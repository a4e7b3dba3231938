/** Edits table rows: sets one cell, appends a row, or removes one. */
import { NocturneError } from '../kernel/error.js';
import { decodeCell, encodeCell } from './cell.js';
import { fieldName } from './field-name.js';
import { findTable } from './find-records.js';
import { formatLocator } from './locator.js';
import { formatRow } from './row.js';
import { keptDoc } from './kept-docs.js';
import type { Doc, FieldEdit, FieldValues, Locator, RecordSpec, Table, TableRow } from './types.js';
import { valueText } from './value-text.js';

type Target = { readonly spec: RecordSpec; readonly locator: Locator & { kind: 'table' } };
type Located = { readonly doc: Doc; readonly table: Table; readonly columns: readonly string[] };

export function setRowField(text: string, target: Target, edit: FieldEdit): string {
  if (target.spec.shape === 'log')
    throw new NocturneError('BAD_VALUE', `${target.spec.object} is a log: its rows never change`, {
      file: edit.file,
      hint: 'append a row instead',
    });
  const located = locate(text, target);
  const row = rowWithKey(located, target, edit.key);
  const column = columnOf(located, target, edit.field);
  const cell = row.cells[column];
  if (!cell) {
    const message = `row "${edit.key}" of ${target.spec.object} has ${row.cells.length} of ${located.columns.length} cells; "${edit.field}" is missing`;
    throw new NocturneError('NOT_FOUND', message, {
      line: row.line,
      hint: 'write the missing cells first, with "-" for no value',
    });
  }
  const value = valueText(edit.value);
  if (decodeCell(text.slice(cell.start, cell.end)) === value) return text;
  const raw = encodeCell(value);
  const opensLine = text.slice(row.start, cell.start).trim() === '';
  return `${text.slice(0, cell.start)}${opensLine ? `| ${raw}` : raw}${text.slice(cell.end)}`;
}

export function appendRow(text: string, target: Target, fields: FieldValues): string {
  const located = locate(text, target);
  const { columns, table, doc } = located;
  for (const name of Object.keys(fields)) columnOf(located, target, name);
  const values = columns.map((name) => valueText(fields[name] ?? null));
  const { end } = table.rows.at(-1) ?? table.delimiter;
  return `${text.slice(0, end)}${doc.eol}${formatRow(values)}${text.slice(end)}`;
}

export function removeRow(text: string, target: Target, key: string): string {
  if (target.spec.shape === 'log')
    throw new NocturneError(
      'BAD_VALUE',
      `${target.spec.object} is a log: its rows are never removed`,
    );
  const located = locate(text, target);
  const { start, line } = rowWithKey(located, target, key);
  const next = located.doc.lineStarts[line];
  if (next !== undefined) return text.slice(0, start) + text.slice(next);
  return text.slice(0, start).replace(/(?:\r\n|\n|\r)$/, '');
}

function locate(text: string, { spec, locator }: Target): Located {
  const doc = keptDoc(text);
  const found = findTable(doc, locator);
  const words = formatLocator(locator);
  switch (found.kind) {
    case 'no-heading':
      throw new NocturneError(
        'NOT_FOUND',
        `heading "${words}" of ${spec.object} not found; expected it above the table of ${spec.object}`,
      );
    case 'no-table':
      throw new NocturneError(
        'NOT_FOUND',
        `no table under "${words}"; expected the table of ${spec.object}`,
        { line: found.heading.line },
      );
    case 'ambiguous':
      throw new NocturneError(
        'AMBIGUOUS',
        `"${words}" is on lines ${found.headings.map((heading) => heading.line).join(', ')}; expected once`,
        { hint: 'rename one of the headings' },
      );
    case 'found':
      return {
        doc,
        table: found.table,
        columns: found.table.header.cells.map((cell) =>
          fieldName(text.slice(cell.start, cell.end)),
        ),
      };
  }
}

function columnOf({ columns, table }: Located, { spec }: Target, field: string): number {
  const column = columns.indexOf(field);
  if (column === -1)
    throw new NocturneError(
      'NOT_FOUND',
      `the table of ${spec.object} has no column "${field}"; it has ${columns.join(', ')}`,
      { line: table.header.line },
    );
  return column;
}

function rowWithKey({ doc, table, columns }: Located, { spec }: Target, key: string): TableRow {
  const indexes = spec.key.map((name) => columns.indexOf(name));
  const keyOf = (row: TableRow): string =>
    indexes
      .map((index) => row.cells[index])
      .map((cell) => (cell ? decodeCell(doc.text.slice(cell.start, cell.end)) : ''))
      .join('/');
  const rows = spec.key.length === 0 ? [] : table.rows.filter((row) => keyOf(row) === key);
  const [row, second] = rows;
  if (!row)
    throw new NocturneError(
      'NOT_FOUND',
      `${spec.object} has no row "${key}"${nearest(table.rows.map(keyOf))}`,
      { line: table.header.line },
    );
  if (second)
    throw new NocturneError(
      'AMBIGUOUS',
      `${spec.object} has ${rows.length} rows "${key}", on lines ${rows.map(({ line }) => line).join(', ')}; expected one`,
      { line: second.line },
    );
  return row;
}

function nearest(keys: readonly string[]): string {
  if (keys.length === 0) return '; the table is empty';
  return `; it has ${keys.slice(0, 5).join(', ')}${keys.length > 5 ? ` and ${keys.length - 5} more` : ''}`;
}
