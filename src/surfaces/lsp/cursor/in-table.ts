/** The cursor in a row of a table, or in its header. */
import { fieldName } from '../../../markdown/field-name.js';
import { findTable } from '../../../markdown/find-records.js';
import { lineAt } from './lines.js';
import type { Cursor, CursorPage } from './types.js';

export function inTable({ doc, object, records }: CursorPage, offset: number): Cursor | undefined {
  if (object.locator.kind !== 'table') return undefined;
  const found = findTable(doc, object.locator);
  const line = lineAt(doc, offset);
  if (found.kind !== 'found') return undefined;
  const { header, delimiter, rows } = found.table;
  const row = [header, ...rows].find(({ line: number }) => number === line.index + 1);
  if (row === undefined || line.index + 1 === delimiter.line) return undefined;
  const before = line.text.slice(0, offset - line.start);
  const column = before.replaceAll(/\\./g, '  ').split('|').length - 2;
  const heading = header.cells[column];
  const spec =
    heading === undefined
      ? undefined
      : object.fields.get(fieldName(doc.text.slice(heading.start, heading.end)));
  const cell = row.cells[column];
  const record = records.find(({ range }) => range.line === line.index + 1);
  const word =
    cell === undefined || offset < cell.start || offset > cell.end
      ? { start: offset, end: offset }
      : cell;
  if (row === header) return { ...word, kind: 'key', object, record: undefined, inside: '', spec };
  return spec === undefined ? undefined : { ...word, kind: 'value', object, record, spec };
}
