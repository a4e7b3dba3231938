/** Converts offsets in a text into lines and columns. */
import type { Range } from './diagnostic.js';

export type LineMap = { readonly starts: readonly number[] | Uint32Array; readonly length: number };

/** The offset of every line's first UTF-16 unit. `\r\n`, `\n` and a lone `\r` end a line. */
export function lineMap(text: string): LineMap {
  const starts = [text.charCodeAt(0) === 0xfeff ? 1 : 0];
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 10) starts.push(i + 1);
    else if (c === 13 && text.charCodeAt(i + 1) !== 10) starts.push(i + 1);
  }
  return { starts, length: text.length };
}

/** 1-based line and column of an offset. A BOM at offset 0 is not a column. */
export function positionAt(map: LineMap, offset: number): { line: number; column: number } {
  let low = 0;
  let high = map.starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((map.starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: Math.max(offset - (map.starts[low] ?? 0), 0) + 1 };
}

export function rangeAt(map: LineMap, file: string, start: number, end: number): Range {
  const from = positionAt(map, start);
  const to = positionAt(map, end);
  return { file, line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
}
