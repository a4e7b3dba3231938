/** The range of a line. */
import type { Range } from '../kernel/diagnostic.js';
import { lineMap } from '../kernel/text-position.js';
import { textOfLines } from '../workspace/text-of-lines.js';
import type { Snapshot } from '../workspace/types.js';

/** A whole line without its end; only its beginning if the file no longer has it. */
export function lineRange(snapshot: Snapshot, file: string, line: number): Range {
  const text = textOfLines(snapshot, file, [line]);
  const { starts } = lineMap(text ?? '');
  const start = text === undefined ? undefined : starts[line - 1];
  if (text === undefined || start === undefined)
    return { file, line, column: 1, endLine: line, endColumn: 1 };
  const length = text.slice(start, starts[line] ?? text.length).replace(/\r?\n$/, '').length;
  return { file, line, column: 1, endLine: line, endColumn: length + 1 };
}
