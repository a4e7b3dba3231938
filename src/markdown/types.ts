/** Records over markdown: the four shapes, and the words in which they are read and edited. */
import type { Diagnostic, Range } from '../kernel/diagnostic.js';

export type Shape = 'document' | 'table' | 'log' | 'section';

/**
 * Where in a file an object's records stand. Written in REGISTRY.md's Locator column as:
 * `front matter` (document) · `## Projects` (table, log: the first table under that exact heading)
 * · `lines` (log in a `.jsonl` file: an object of JSON on each line) ·
 * `## FM-*` or `### N-* in ## Inbox` (section: headings of that depth whose first word matches,
 * optionally only under another heading).
 */
export type Locator =
  | { readonly kind: 'front-matter' }
  | { readonly kind: 'lines' }
  | { readonly kind: 'table'; readonly depth: number; readonly heading: string }
  | {
      readonly kind: 'section';
      readonly depth: number;
      readonly match: string;
      readonly within?: { readonly depth: number; readonly heading: string };
    };

/**
 * What the reader and the editor need to know of an object kind.
 * `key`: the field names that make a record's key, joined by `/` (table, log); a section's key is
 * its heading's first word and
 * a document's key is what the first `*` of `glob` matched in its path (the file's name without
 * `.md` when there is none).
 */
export type RecordSpec = {
  readonly object: string;
  readonly shape: Shape;
  readonly locator: Locator;
  readonly key: readonly string[];
  readonly glob: string;
};

/**
 * One field of one record. `raw` is the source text at [start, end); `value` what it means: cell
 * escapes undone, YAML scalars as
 * they are written (dates stay text, `null`, `~`, `-`, `—` and nothing are the empty string).
 * `data` is the structure of a YAML list or of a
 * list of maps (documents), or of a fenced `yaml NAME` block (sections).
 */
export type Cell = {
  readonly raw: string;
  readonly value: string;
  readonly start: number;
  readonly end: number;
  readonly range: Range;
  readonly data?: unknown;
};

export type Rec = {
  readonly object: string;
  readonly key: string;
  readonly file: string;
  readonly fields: ReadonlyMap<string, Cell>;
  /** The whole record: the row, the section from its heading, the front matter. */
  readonly range: Range;
  readonly start: number;
  readonly end: number;
};

export type ReadResult = {
  readonly records: readonly Rec[];
  readonly diagnostics: readonly Diagnostic[];
};

/** What a field can be set to; `null` empties it. Lists and maps are for documents only. */
export type Value =
  | string
  | number
  | boolean
  | null
  | readonly unknown[]
  | { readonly [key: string]: unknown };

/**
 * Record and field to set; `file` is the path that the text came from (a document's key is in it).
 */
export type FieldEdit = {
  readonly file: string;
  readonly key: string;
  readonly field: string;
  readonly value: Value;
};
export type FieldValues = Readonly<Record<string, Value>>;

export type Heading = {
  readonly depth: number;
  readonly text: string;
  readonly line: number;
  readonly start: number;
  readonly end: number;
};
export type TableCell = { readonly start: number; readonly end: number };
/** `start`/`end` of a row span its line without the line ending. Cells are trimmed spans. */
export type TableRow = {
  readonly cells: readonly TableCell[];
  readonly line: number;
  readonly start: number;
  readonly end: number;
};
export type Table = {
  readonly header: TableRow;
  readonly delimiter: TableRow;
  readonly rows: readonly TableRow[];
  readonly start: number;
  readonly end: number;
};
export type Fence = {
  readonly info: string;
  readonly contentStart: number;
  readonly contentEnd: number;
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly closed: boolean;
};
export type Span = { readonly start: number; readonly end: number };
export type FrontMatter = {
  readonly contentStart: number;
  readonly contentEnd: number;
  readonly start: number;
  readonly end: number;
};

/**
 * One pass over a text: its block structure with positions. Offsets index `text`, a BOM included.
 */
export type Doc = {
  readonly text: string;
  readonly lineStarts: readonly number[];
  readonly eol: '\n' | '\r\n';
  readonly frontMatter: FrontMatter | undefined;
  readonly headings: readonly Heading[];
  readonly tables: readonly Table[];
  readonly fences: readonly Fence[];
  /** HTML blocks, comments among them. */
  readonly html: readonly Span[];
};
