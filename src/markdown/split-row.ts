/** One line of a GFM table cut at its pipes, by the rules of micromark-extension-gfm-table. */
import type { TableCell } from './types.js';

const TAB = 9;
const SPACE = 32;
const DASH = 45;
const COLON = 58;
const BACKSLASH = 92;
const PIPE = 124;

/**
 * Trimmed spans of the cells between `start` and `end`. `\|` does not cut, `\\|` does. An empty
 * cell is an empty span one blank in.
 */
export function splitRow(text: string, start: number, end: number): TableCell[] {
  const cells: TableCell[] = [];
  let at = skipBlanks(text, start, end);
  const piped = at < end && text.charCodeAt(at) === PIPE;
  if (piped) at++;
  let cellStart = at;
  let last = end;
  while (last > cellStart && isBlank(text.charCodeAt(last - 1))) last--;
  while (at < last) {
    const c = text.charCodeAt(at);
    if (c === BACKSLASH) {
      const next = text.charCodeAt(at + 1);
      at += next === BACKSLASH || next === PIPE ? 2 : 1;
    } else if (c === PIPE) {
      cells.push(trimmed(text, cellStart, at));
      at++;
      cellStart = at;
    } else at++;
  }
  if (cellStart < last || (piped && cells.length === 0))
    cells.push(trimmed(text, cellStart, Math.max(cellStart, last)));
  return cells;
}

function trimmed(text: string, from: number, to: number): TableCell {
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

/**
 * Number of columns of a delimiter row (`| --- | :-: |`), 0 when the span is not one. A row of
 * dashes alone is not.
 */
export function delimiterColumns(text: string, start: number, end: number): number {
  let at = start;
  let columns = 0;
  let marked = false;
  if (text.charCodeAt(at) === PIPE) {
    marked = true;
    at = skipBlanks(text, at + 1, end);
  }
  while (at < end) {
    if (text.charCodeAt(at) === COLON) {
      marked = true;
      at++;
    }
    const dashes = at;
    while (at < end && text.charCodeAt(at) === DASH) at++;
    if (at === dashes) return 0;
    if (at < end && text.charCodeAt(at) === COLON) {
      marked = true;
      at++;
    }
    columns++;
    at = skipBlanks(text, at, end);
    if (at >= end) break;
    if (text.charCodeAt(at) !== PIPE) return 0;
    marked = true;
    at = skipBlanks(text, at + 1, end);
  }
  return marked ? columns : 0;
}

function skipBlanks(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && isBlank(text.charCodeAt(at))) at++;
  return at;
}

function isBlank(c: number): boolean {
  return c === SPACE || c === TAB;
}
