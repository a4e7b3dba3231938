/** The single texts of a field, each with its place. */
import type { Range } from '../kernel/diagnostic.js';
import type { Cell } from '../markdown/types.js';
import type { FieldType } from '../registry/types.js';

export type FieldItem = { readonly text: string; readonly range: Range };

/** The items of a list, or the one value, without maps and nested lists. */
export function fieldItems(type: FieldType, cell: Cell): readonly FieldItem[] {
  const texts = textsOf(type, cell);
  if (type.kind !== 'list') return texts.map((text) => ({ text, range: cell.range }));
  let from = 0;
  return texts.map((text) => {
    const offset = cell.raw.indexOf(text, from);
    if (offset >= 0) from = offset + text.length;
    return { text, range: itemRange(cell, text, offset) };
  });
}

/** Where an item is in the source of its list; the whole list if it is escaped or folded there. */
export function itemRange(
  cell: Cell,
  text: string,
  offset: number = cell.raw.indexOf(text),
): Range {
  if (offset < 0 || text === '' || text.includes('\n')) return cell.range;
  const before = cell.raw.slice(0, offset).split(/\r\n|\n|\r/);
  const line = cell.range.line + before.length - 1;
  const column = (before.at(-1)?.length ?? 0) + (before.length === 1 ? cell.range.column : 1);
  return { file: cell.range.file, line, column, endLine: line, endColumn: column + text.length };
}

function textsOf(type: FieldType, { data, value }: Cell): readonly string[] {
  if (data === undefined || data === null) {
    if (value === '') return [];
    return type.kind === 'list' ? value.split(',').map((item) => item.trim()) : [value];
  }
  const items: readonly unknown[] = Array.isArray(data) ? data : [data];
  return items.flatMap((item) =>
    item === null || item === undefined || typeof item === 'object' ? [] : [String(item)],
  );
}
