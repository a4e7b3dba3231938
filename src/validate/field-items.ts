/** The texts of a field, one by one. */
import type { Cell } from '../markdown/types.js';
import type { FieldType } from '../registry/types.js';

/** The items of a list, or the one value; what is no text (a map, a list in a list) is left out. */
export function fieldItems(type: FieldType, cell: Cell): readonly string[] {
  const { data, value } = cell;
  if (data === undefined || data === null) return value === '' ? [] : type.kind === 'list' ? value.split(',').map((item) => item.trim()) : [value];
  const items: readonly unknown[] = Array.isArray(data) ? data : [data];
  return items.flatMap((item) => (item === null || item === undefined || typeof item === 'object' ? [] : [String(item)]));
}
