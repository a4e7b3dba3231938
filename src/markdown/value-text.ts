/** A Value as the one line of text that a cell or an item holds. */
import { normalValue } from './cell.js';
import { dataText } from './front-matter.js';
import type { Value } from './types.js';

/** Null is the empty string, a list `a, b`, anything deeper JSON. */
export function valueText(value: Value): string {
  if (value === null) return '';
  if (typeof value === 'object') return dataText(value);
  return normalValue(String(value));
}
