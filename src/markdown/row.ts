/** One line of a table ⇄ its decoded values, without a document around it; the fast path of chained logs. */
import { decodeCell, encodeCell } from './cell.js';
import { splitRow } from './split-row.js';

const PIPE = 124;
const HYPHEN = 45;
const EM_DASH = 0x2014;

/** Decoded values of the cells of one table line (no line ending). */
export function parseRow(line: string): string[] {
  if (!line.includes('\\')) return parsePlainRow(line);
  return splitRow(line, 0, line.length).map(({ start, end }) => decodeCell(line.slice(start, end)));
}

/** `| a | b |`, each value encoded. */
export function formatRow(values: readonly string[]): string {
  return `| ${values.map(encodeCell).join(' | ')} |`;
}

/** No backslash in the line: every pipe cuts. */
function parsePlainRow(line: string): string[] {
  const values: string[] = [];
  const breaks = line.includes('<');
  let last = line.length;
  while (last > 0 && isBlank(line.charCodeAt(last - 1))) last--;
  let from = 0;
  while (from < last && isBlank(line.charCodeAt(from))) from++;
  if (line.charCodeAt(from) === PIPE) from++;
  while (from < last) {
    const pipe = line.indexOf('|', from);
    const to = pipe === -1 ? last : pipe;
    let start = from;
    let end = to;
    while (start < end && isBlank(line.charCodeAt(start))) start++;
    while (end > start && isBlank(line.charCodeAt(end - 1))) end--;
    if (breaks) values.push(decodeCell(line.slice(start, end)));
    else values.push(isNull(line, start, end) ? '' : line.slice(start, end));
    from = to + 1;
  }
  if (values.length === 0 && last > 0) values.push('');
  return values;
}

function isNull(line: string, start: number, end: number): boolean {
  if (end - start > 1) return false;
  if (end === start) return true;
  const c = line.charCodeAt(start);
  return c === HYPHEN || c === EM_DASH;
}

function isBlank(c: number): boolean {
  return c === 32 || c === 9;
}
