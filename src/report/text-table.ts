/** Tables for people, never wider than the terminal. */

const GAP = '  ';
/** Columns this narrow (an id, a time) shrink only when no other column can. */
const COMFORTABLE = 16;
const NARROWEST = 4;
/** If a column has more and would get less, the cells of a row stand below each other. */
const READABLE = 10;

/** Wraps long cells, even inside words. @param table.width of the terminal, in characters. */
export function textTable(table: {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly width: number;
}): string {
  const { head, rows, width } = table;
  const room = width - GAP.length * (head.length - 1);
  const natural = head.map((name, i) =>
    Math.max(1, cells(name), ...rows.map((row) => cells(row[i] ?? ''))),
  );
  const least = natural.reduce((sum, cell) => sum + Math.min(cell, READABLE), 0);
  if (least > room && rows.length > 0) return stacked(head, rows, width);
  const widths = narrowed(narrowed(natural, room, COMFORTABLE), room, NARROWEST);
  return [head, ...rows].flatMap((row) => linesOf(row, widths)).join('\n');
}

function stacked(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  width: number,
): string {
  const names = Math.max(...head.map(cells));
  const widths = [names, Math.max(NARROWEST, width - names - GAP.length)];
  return rows
    .map((row) =>
      head.flatMap((name, i) => (row[i] ? linesOf([name, row[i]], widths) : [])).join('\n'),
    )
    .join('\n\n');
}

function linesOf(row: readonly string[], widths: readonly number[]): readonly string[] {
  const columns = widths.map((width, i) => wrapped(shown(row[i] ?? ''), width));
  const height = Math.max(...columns.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    columns
      .map((lines, i) => padded(lines[line] ?? '', widths[i] ?? NARROWEST))
      .join(GAP)
      .trimEnd(),
  );
}

function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - cells(text)));
}

/** Shrinks the widest columns first, and none below `least`. */
function narrowed(natural: readonly number[], room: number, least: number): readonly number[] {
  const widths = [...natural];
  for (let over = widths.reduce((sum, width) => sum + width, 0) - room; over > 0; over--) {
    const widest = widths.indexOf(Math.max(...widths));
    if ((widths[widest] ?? 0) <= least) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

/** Breaks at a blank if one is near, else after punctuation such as a slash, else anywhere. */
function wrapped(text: string, width: number): readonly string[] {
  return text.split('\n').flatMap((line) => wrappedLine(line, width));
}

function wrappedLine(line: string, width: number): string[] {
  const lines: string[] = [];
  let rest = line;
  while (isWider(rest, width)) {
    const fits = fitting(rest, width);
    const head = rest.slice(0, fits + 1);
    const blank = head.lastIndexOf(' ');
    const mark =
      Math.max(...['/', '-', '_', ',', '.', '#'].map((c) => head.slice(0, fits).lastIndexOf(c))) +
      1;
    const cut = [blank, mark].find((place) => place > fits / 2) ?? fits;
    lines.push(rest.slice(0, cut).trimEnd());
    rest = rest.slice(cut).trimStart();
  }
  return [...lines, rest];
}

/** Of a long text, only the beginning is counted: one cell has at most two UTF-16 units. */
function isWider(text: string, width: number): boolean {
  const beginning = text.slice(0, 2 * width + 2);
  const isLong = text.length > beginning.length && !beginning.includes('\u001b');
  return isLong || cells(text) > width;
}

/** How many characters fit into `width` cells, at least one. */
function fitting(text: string, width: number): number {
  let used = 0;
  let position = 0;
  for (const c of text) {
    used += isWide(c.codePointAt(0) ?? 0) ? 2 : 1;
    if (used > width) break;
    position += c.length;
  }
  return Math.max(1, position);
}

/** Terminal cells of the longest line; colours take none. */
function cells(text: string): number {
  return Math.max(
    ...shown(text)
      .replace(/\u001b\[[0-9;]*m/g, '')
      .split('\n')
      .map((line) =>
        [...line].reduce((sum, c) => sum + (isWide(c.codePointAt(0) ?? 0) ? 2 : 1), 0),
      ),
  );
}

/** East Asian wide and emoji ranges, roughly: at worst a column is a little too wide. */
function isWide(code: number): boolean {
  return (
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0x1f300 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd)
  );
}

/** Control characters, which a file may contain, never reach the terminal; our own colours do. */
function shown(text: string): string {
  return text.replace(
    /(\u001b\[(?:31|32|33|39)m)|[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g,
    (_, colour?: string) => colour ?? ' ',
  );
}
