/** Streams the rows of a log for reading, without verifying it. */
import { encodeCell } from '../markdown/cell.js';
import { parseRow } from '../markdown/row.js';
import { tableHead } from '../markdown/table-head.js';
import { logWindows } from './log-windows.js';
import { within } from './root-descriptor.js';

/** `line` is 1-based. A missing cell is the empty text. */
export type LogRow = { readonly line: number; readonly cell: (column: string) => string };
/** `containing`: only rows with this value, which is searched in the bytes for speed. */
export type LogRowOptions = { readonly containing?: string };

const NEWLINE = 10;
const PIPE = 124;

/**
 * In the order of the file, in constant memory. A missing log has no rows, and neither has one
 * whose path is empty, because the registry does not declare it.
 */
export function* logRows(
  root: string,
  file: string,
  options: LogRowOptions = {},
): Generator<LogRow> {
  if (file === '') return;
  const needle =
    options.containing === undefined
      ? undefined
      : Buffer.from(encodeCell(options.containing), 'utf8');
  let line = 0;
  let columns: ReadonlyMap<string, number> | undefined;
  for (const { bytes: block } of logWindows(within(root, file))) {
    let start = 0;
    if (columns === undefined) {
      const head = tableHead(block);
      if (head === undefined) return;
      columns = new Map(head.columns.map((name, i) => [name, i]));
      ({ bytes: start, lines: line } = head);
    }
    let hit = needle === undefined ? -1 : block.indexOf(needle, start);
    while (start < block.length) {
      const found = block.indexOf(NEWLINE, start);
      const end = found === -1 ? block.length : found;
      line++;
      if (block[start] === PIPE) {
        while (needle !== undefined && hit !== -1 && hit < start)
          hit = block.indexOf(needle, start);
        if (needle === undefined || (hit !== -1 && hit < end))
          yield rowOf(block.toString('utf8', start, end), line, columns);
      }
      start = end + 1;
    }
  }
}

function rowOf(text: string, line: number, columns: ReadonlyMap<string, number>): LogRow {
  const values = parseRow(text);
  return { line, cell: (column) => values[columns.get(column) ?? -1] ?? '' };
}
