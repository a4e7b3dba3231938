/** The state of the scanner between lines, and the cursor inside a line. */
import type { Fence, Heading, Span, Table, TableRow } from './types.js';

/** The open leaf block of the deepest open container. */
export type Leaf = 'none' | 'paragraph' | 'fence' | 'html' | 'indented' | 'table';

/** A container is a block quote (size 0) or a list item (size: the indent of its content). */
export type State = {
  readonly text: string;
  readonly headings: Heading[];
  readonly tables: Table[];
  readonly fences: Fence[];
  readonly html: Span[];
  readonly containers: Container[];
  leaf: Leaf;
  readonly paragraph: { start: number; line: number; end: number };
  /** The last line of the paragraph; `line` is 0 if it cannot be a table's header. */
  readonly header: { lineStart: number; start: number; end: number; line: number };
  table:
    | { readonly header: TableRow; readonly delimiter: TableRow; readonly rows: TableRow[] }
    | undefined;
  fence:
    | {
        readonly mark: number;
        readonly length: number;
        readonly info: string;
        readonly start: number;
        readonly contentStart: number;
        readonly line: number;
      }
    | undefined;
  htmlBlock: { readonly kind: number; readonly start: number; end: number } | undefined;
};
export type Container = { readonly size: number; initialBlank: boolean; furtherBlank: boolean };

/** A line, read up to `offset`, which is at the tab-expanded `column`. */
export type Cursor = {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  offset: number;
  column: number;
};

/** The first non-blank from the cursor on, and its column. */
export function skipIndent(text: string, line: Cursor): { offset: number; column: number } {
  let { offset, column } = line;
  while (offset < line.end) {
    const c = text.charCodeAt(offset);
    if (c === 32) column++;
    else if (c === 9) column += 4 - (column % 4);
    else break;
    offset++;
  }
  return { offset, column };
}

/** Skips `count` columns of blanks, perhaps only part of a tab. */
export function consumeColumns(text: string, line: Cursor, count: number): void {
  let left = count;
  while (left > 0 && line.offset < line.end) {
    const width = text.charCodeAt(line.offset) === 9 ? 4 - (line.column % 4) : 1;
    if (width <= left) line.offset++;
    line.column += Math.min(width, left);
    left -= width;
  }
}
