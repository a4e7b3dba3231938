/** Reads separated values (RFC 4180): cells in quotes may hold the separator and line breaks. */

/** Without empty lines. A quote that is not closed ends with the text. */
export function csvRows(text: string, separator = ','): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  let start = 0;
  const endRow = (): void => {
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  };
  while (start <= text.length) {
    const { cell, next } =
      text[start] === '"' ? quoted(text, start) : plain(text, start, separator);
    row.push(cell);
    if (text[next] !== separator) endRow();
    const isCrLf = text[next] === '\r' && text[next + 1] === '\n';
    start = next + (isCrLf ? 2 : 1);
  }
  return rows;
}

type Read = { readonly cell: string; readonly next: number };

function plain(text: string, start: number, separator: string): Read {
  let next = start;
  while (next < text.length && text[next] !== separator && !isBreak(text[next])) next++;
  return { cell: text.slice(start, next), next };
}

function quoted(text: string, start: number): Read {
  let [cell, next] = ['', start + 1];
  for (;;) {
    const close = text.indexOf('"', next);
    if (close === -1) return { cell: cell + text.slice(next), next: text.length };
    cell += text.slice(next, close);
    next = close + 1;
    if (text[next] !== '"') return { cell, next };
    cell += '"';
    next++;
  }
}

function isBreak(letter: string | undefined): boolean {
  return letter === '\n' || letter === '\r';
}
