/** Splits a line of a GFM table at its pipes, as micromark-extension-gfm-table does. */
import { isBlank } from './block-start.js';
import type { Span } from './types.js';

const DASH = 45;
const COLON = 58;
const BACKSLASH = 92;
const PIPE = 124;

/** The trimmed spans of the cells. `\|` does not separate, `\\|` does. */
export function splitRow(text: string, start: number, end: number): Span[] {
  const cells: Span[] = [];
  let offset = skipBlanks(text, start, end);
  const piped = offset < end && text.charCodeAt(offset) === PIPE;
  if (piped) offset++;
  let cellStart = offset;
  let last = end;
  while (last > cellStart && isBlank(text.charCodeAt(last - 1))) last--;
  while (offset < last) {
    const c = text.charCodeAt(offset);
    if (c === BACKSLASH) {
      const next = text.charCodeAt(offset + 1);
      offset += next === BACKSLASH || next === PIPE ? 2 : 1;
    } else if (c === PIPE) {
      cells.push(trimmed(text, cellStart, offset));
      offset++;
      cellStart = offset;
    } else offset++;
  }
  if (cellStart < last || (piped && cells.length === 0))
    cells.push(trimmed(text, cellStart, Math.max(cellStart, last)));
  return cells;
}

function trimmed(text: string, from: number, to: number): Span {
  let start = from;
  let end = to;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  if (start === end) {
    const inside = to > from ? from + 1 : from;
    return { start: inside, end: inside };
  }
  while (isBlank(text.charCodeAt(end - 1))) end--;
  return { start, end };
}

/** Number of columns of a delimiter row (`| --- | :-: |`), else 0. Dashes alone are not one. */
export function delimiterColumns(text: string, start: number, end: number): number {
  let offset = start;
  let columns = 0;
  let marked = false;
  if (text.charCodeAt(offset) === PIPE) {
    marked = true;
    offset = skipBlanks(text, offset + 1, end);
  }
  while (offset < end) {
    if (text.charCodeAt(offset) === COLON) {
      marked = true;
      offset++;
    }
    const dashes = offset;
    while (offset < end && text.charCodeAt(offset) === DASH) offset++;
    if (offset === dashes) return 0;
    if (offset < end && text.charCodeAt(offset) === COLON) {
      marked = true;
      offset++;
    }
    columns++;
    offset = skipBlanks(text, offset, end);
    if (offset >= end) break;
    if (text.charCodeAt(offset) !== PIPE) return 0;
    marked = true;
    offset = skipBlanks(text, offset + 1, end);
  }
  return marked ? columns : 0;
}

function skipBlanks(text: string, from: number, end: number): number {
  let offset = from;
  while (offset < end && isBlank(text.charCodeAt(offset))) offset++;
  return offset;
}
