/** Moves findings with their lines, when lines before them were added or removed. */
import type { Diagnostic } from '../../kernel/diagnostic.js';

const LINES = /\r\n|\n|\r/;

/** Without those whose own lines changed. */
export function moved(
  diagnostics: readonly Diagnostic[],
  before: string,
  now: string,
): readonly Diagnostic[] {
  if (diagnostics.length === 0) return diagnostics;
  const [old, current] = [before.split(LINES), now.split(LINES)];
  const most = Math.min(old.length, current.length);
  let head = 0;
  while (head < most && old[head] === current[head]) head++;
  let tail = 0;
  while (tail < most - head && old.at(-1 - tail) === current.at(-1 - tail)) tail++;
  const shift = current.length - old.length;
  return diagnostics.map((diagnostic) => {
    const { range } = diagnostic;
    if (range.line <= old.length - tail) return diagnostic;
    return {
      ...diagnostic,
      range: { ...range, line: range.line + shift, endLine: range.endLine + shift },
    };
  });
}
