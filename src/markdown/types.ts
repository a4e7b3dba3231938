/** Records in markdown: their four shapes, and the types to read and edit them. */
import type { Diagnostic, Range } from '../kernel/diagnostic.js';

export type Shape = 'document' | 'table' | 'log' | 'section';

/**
 * Where in a file the records of an object are. In the Locator column of REGISTRY.md:
 * `front matter` (document) · `## Projects` (table, log: the first table under that exact heading)
 * · `lines` (log in a `.jsonl` file: a JSON object on each line) ·
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
 * What the reader and the editor need to know about an object.
 * `key`: the fields whose values, joined by `/`, are the key of a row of a table or log. The key of
 * a section is the first word of its heading, that of a document what the `*` of `glob` matched.
 */
export type RecordSpec = {
  readonly object: string;
  readonly shape: Shape;
  readonly locator: Locator;
  readonly key: readonly string[];
  readonly glob: string;
};

/**
 * One field of one record. `raw` is the source text at [start, end). `value` is its meaning: cells
 * unescaped, YAML scalars as written; `null`, `~`, `-`, `—` and nothing are the empty string.
 * `data` is the structure of a YAML list (documents) or of a fenced `yaml NAME` block (sections).
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

/** A new value of a field; `null` clears it. Lists and maps are for documents only. */
export type Value =
  | string
  | number
  | boolean
  | null
  | readonly unknown[]
  | { readonly [key: string]: unknown };

/** `file`: the path that the text came from. */
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
/** `start` and `end` of a row span its line without the line ending. Cells are trimmed spans. */
export type TableRow = {
  readonly cells: readonly Span[];
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

/** The block structure of a text. Offsets index `text`, including a BOM. */
export type Doc = {
  readonly text: string;
  readonly lineStarts: readonly number[];
  readonly eol: '\n' | '\r\n';
  readonly frontMatter: FrontMatter | undefined;
  readonly headings: readonly Heading[];
  readonly tables: readonly Table[];
  readonly fences: readonly Fence[];
  /** HTML blocks, including comments. */
  readonly html: readonly Span[];
};
