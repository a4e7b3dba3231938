/** What the scanner carries from line to line, and the cursor that reads one line. */
import type { Fence, Heading, Span, Table, TableRow } from './types.js';

/** The open leaf block of the deepest open container. */
export type Leaf = 'none' | 'paragraph' | 'fence' | 'html' | 'indented' | 'table';

/**
 * What is being built; containers are block quotes (0) and list items (the columns that their
 * content is indented by).
 */
export type State = {
  readonly text: string;
  readonly headings: Heading[];
  readonly tables: Table[];
  readonly fences: Fence[];
  readonly html: Span[];
  readonly containers: Container[];
  leaf: Leaf;
  readonly paragraph: { start: number; line: number; end: number };
  /**
   * The paragraph's last line; `line` is 0 when it cannot be a table's header. Changed in place:
   * there is one for every line of prose.
   */
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

/** A line and how far it has been read: to `offset`, which is at the tab-expanded `column`. */
export type Cursor = {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  offset: number;
  column: number;
};

/** The first non-blank unit from the cursor on, and its column. */
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

/** Moves over `count` columns of blanks; a tab may be left half read. */
export function consumeColumns(text: string, line: Cursor, count: number): void {
  let left = count;
  while (left > 0 && line.offset < line.end) {
    const width = text.charCodeAt(line.offset) === 9 ? 4 - (line.column % 4) : 1;
    if (width <= left) line.offset++;
    line.column += Math.min(width, left);
    left -= width;
  }
}
