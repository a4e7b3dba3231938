/** The lines of a text; `\n`, `\r\n` and a lone `\r` end a line, as in CommonMark. */

/** The start offset of every line; line 1 starts after a BOM, so that columns do not count it. */
export function lineStartsOf(text: string): number[] {
  const starts = [text.charCodeAt(0) === 0xfeff ? 1 : 0];
  if (!hasLoneReturn(text)) {
    for (let offset = text.indexOf('\n'); offset !== -1; offset = text.indexOf('\n', offset + 1))
      starts.push(offset + 1);
    return starts;
  }
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 10 || (c === 13 && text.charCodeAt(i + 1) !== 10)) starts.push(i + 1);
  }
  return starts;
}

function hasLoneReturn(text: string): boolean {
  for (let offset = text.indexOf('\r'); offset !== -1; offset = text.indexOf('\r', offset + 1))
    if (text.charCodeAt(offset + 1) !== 10) return true;
  return false;
}

/** The end offset of line `index` (0-based), without its line ending. */
export function lineEndAt(text: string, starts: readonly number[], index: number): number {
  const next = starts[index + 1];
  if (next === undefined) return text.length;
  return text.charCodeAt(next - 1) === 10 &&
    text.charCodeAt(next - 2) === 13 &&
    next - 2 >= (starts[index] ?? 0)
    ? next - 2
    : next - 1;
}

/** The index (0-based) of the line of an offset. */
export function lineIndexAt(lineStarts: readonly number[], offset: number): number {
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The line ending of a text, which is that of its first line. */
export function lineEndingOf(text: string): '\n' | '\r\n' {
  const offset = text.indexOf('\n');
  return offset > 0 && text.charCodeAt(offset - 1) === 13 ? '\r\n' : '\n';
}
