/** One line of a file with a caret below what is meant, cut to the width of the terminal. */
import type { Range } from '../kernel/diagnostic.js';

export type FrameOptions = {
  readonly width: number;
  /** Places of this file whose text is not shown. */
  readonly hidden: readonly Range[];
};

const CUT = '…';
const LEAST = 20;

/** Two lines; none where the file has no such line, or where there is nothing to see in it. */
export function codeFrame(
  lines: readonly string[],
  range: Range,
  options: FrameOptions,
): readonly string[] {
  const source = lines[range.line - 1];
  if (source === undefined || source.trim() === '') return [];
  const text = printable(hide(source, range.line, options.hidden));
  const start = Math.min(range.column - 1, text.length);
  const end = Math.max(
    start + 1,
    range.endLine > range.line ? text.length : Math.min(range.endColumn - 1, text.length),
  );
  const margin = `    ${range.line} | `;
  const room = Math.max(LEAST, options.width - margin.length);
  const from =
    end <= room - 1 || text.length <= room
      ? 0
      : Math.max(0, Math.min(start - Math.floor(room / 3), text.length - room + 1));
  const shown = cut(text, from, room);
  const offset = start - from + (from > 0 ? 1 : 0);
  const carets = '^'.repeat(Math.max(1, Math.min(end - start, shown.length - offset)));
  const indent = [...shown.slice(0, offset)]
    .map((character) => (isWide(character) ? '  ' : ' '))
    .join('');
  return [`${margin}${shown}`, `${' '.repeat(margin.length - 2)}| ${indent}${carets}`];
}

/**
 * Control characters, which a file may hold, are not sent to the terminal; a tab is one column, as
 * positions count it.
 */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
}

function cut(text: string, from: number, room: number): string {
  const head = from > 0 ? CUT : '';
  const rest = text.slice(from);
  return rest.length + head.length <= room
    ? head + rest
    : `${head}${rest.slice(0, room - head.length - 1)}${CUT}`;
}

function hide(text: string, line: number, hidden: readonly Range[]): string {
  let shown = text;
  for (const { line: first, column, endLine, endColumn } of hidden) {
    if (line < first || line > endLine) continue;
    const start = line === first ? column - 1 : 0;
    const end = line === endLine ? endColumn - 1 : text.length;
    shown = shown.slice(0, start) + '*'.repeat(Math.max(0, end - start)) + shown.slice(end);
  }
  return shown;
}

/** East Asian wide characters and emoji take two columns. */
function isWide(character: string): boolean {
  return /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u.test(
    character,
  );
}
