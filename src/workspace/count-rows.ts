/** How many records a file has of an object; those of a long log are counted, not read. */
import { isLineLog } from '../markdown/read-lines.js';
import { tableHead } from '../markdown/table-head.js';
import { isLongLog, logWindows } from './log-windows.js';
import { within } from './root-descriptor.js';
import type { Snapshot } from './types.js';

const [NEWLINE, PIPE, BRACE] = [10, 124, 123];

export function countRows(snapshot: Snapshot, path: string, object: string): number {
  if (!isLongLog(snapshot, path)) return snapshot.recordsIn(path, object).length;
  const mark = isLineLog(path) ? BRACE : PIPE;
  let count = 0;
  for (const { bytes, index } of logWindows(within(snapshot.root, path))) {
    const head = index === 0 && !isLineLog(path) ? (tableHead(bytes)?.bytes ?? bytes.length) : 0;
    for (let start = head; start < bytes.length; ) {
      if (bytes[start] === mark) count++;
      const newline = bytes.indexOf(NEWLINE, start);
      start = newline === -1 ? bytes.length : newline + 1;
    }
  }
  return count;
}
