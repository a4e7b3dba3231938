/** The text of a file for showing a few of its lines; of a long log, only these are read. */
import { logWindows, isLongLog } from './log-windows.js';
import { within } from './root-descriptor.js';
import type { Snapshot } from './types.js';

/** Every line is at its place; those of a long log that are not in `lines` (from 1) are empty. */
export function textOfLines(
  snapshot: Snapshot,
  file: string,
  lines: Iterable<number>,
): string | undefined {
  if (!isLongLog(snapshot, file)) return snapshot.text(file);
  const wanted = [...new Set(lines)].sort((a, b) => a - b);
  const parts: string[] = [];
  let line = 1;
  for (const { bytes } of logWindows(within(snapshot.root, file))) {
    for (let start = 0; start < bytes.length && wanted.length > 0; line++) {
      const newline = bytes.indexOf(10, start);
      const end = newline === -1 ? bytes.length : newline;
      const isWanted = wanted[0] === line;
      if (isWanted) wanted.shift();
      parts.push(isWanted ? `${bytes.toString('utf8', start, end)}\n` : '\n');
      start = end + 1;
    }
    if (wanted.length === 0) break;
  }
  return parts.join('');
}
