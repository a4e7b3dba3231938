/** The range of a line. */
import type { Range } from '../kernel/diagnostic.js';
import { rangeOf } from '../markdown/range-of.js';
import type { Snapshot } from '../workspace/types.js';

/** A whole line without its end; only its beginning if the file no longer has it. */
export function lineRange(snapshot: Snapshot, file: string, line: number): Range {
  const doc = snapshot.doc(file);
  const start = doc?.lineStarts[line - 1];
  if (doc === undefined || start === undefined)
    return { file, line, column: 1, endLine: line, endColumn: 1 };
  const text = doc.text.slice(start, doc.lineStarts[line] ?? doc.text.length).replace(/\r?\n$/, '');
  return rangeOf(doc, file, { start, end: start + text.length });
}
