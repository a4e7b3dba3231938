/** Parses and formats one line of a table without its document, which is fast for logs. */
import { isBlank } from './block-start.js';
import { decodeCell, encodeCell } from './cell.js';

const BACKSLASH = 92;
const PIPE = 124;
const HYPHEN = 45;
const EM_DASH = 0x2014;

/** The decoded values of one table line, which has no line ending. */
export function parseRow(line: string): string[] {
  const values: string[] = [];
  const plain = !line.includes('\\') && !line.includes('<');
  let last = line.length;
  while (last > 0 && isBlank(line.charCodeAt(last - 1))) last--;
  let from = 0;
  while (from < last && isBlank(line.charCodeAt(from))) from++;
  if (line.charCodeAt(from) === PIPE) from++;
  while (from < last) {
    const to = nextPipe(line, from, last);
    let start = from;
    let end = to;
    while (start < end && isBlank(line.charCodeAt(start))) start++;
    while (end > start && isBlank(line.charCodeAt(end - 1))) end--;
    if (!plain) values.push(decodeCell(line.slice(start, end)));
    else values.push(isNull(line, start, end) ? '' : line.slice(start, end));
    from = to + 1;
  }
  if (values.length === 0 && last > 0) values.push('');
  return values;
}

/** The next pipe that separates cells: one after an even number of backslashes. */
function nextPipe(line: string, from: number, last: number): number {
  for (let pipe = line.indexOf('|', from); pipe !== -1; pipe = line.indexOf('|', pipe + 1)) {
    let slashes = pipe;
    while (slashes > from && line.charCodeAt(slashes - 1) === BACKSLASH) slashes--;
    if ((pipe - slashes) % 2 === 0) return pipe;
  }
  return last;
}

/** `| a | b |`, each value encoded. */
export function formatRow(values: readonly string[]): string {
  return `| ${values.map(encodeCell).join(' | ')} |`;
}

function isNull(line: string, start: number, end: number): boolean {
  if (end - start > 1) return false;
  if (end === start) return true;
  const c = line.charCodeAt(start);
  return c === HYPHEN || c === EM_DASH;
}
