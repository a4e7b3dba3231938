/** A Value as the one line of text in a cell or an item. */
import { normalValue } from './cell.js';
import { dataText } from './front-matter.js';
import type { Cell, Value } from './types.js';

/** Null is the empty string, a list `a, b`, deeper data JSON. */
export function valueText(value: Value): string {
  if (value === null) return '';
  if (typeof value === 'object') return dataText(value);
  return normalValue(String(value));
}

/** The text of a cell, with its structure as JSON. */
export function cellText({ value, data }: Pick<Cell, 'value' | 'data'>): string {
  return data === undefined ? value : JSON.stringify(data);
}
