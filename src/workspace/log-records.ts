/** The records of a log one by one, in constant memory, without verifying the log. */
import { defined } from '../kernel/defined.js';
import type { Range } from '../kernel/diagnostic.js';
import { encodeCell } from '../markdown/cell.js';
import { isLineLog, lineFields } from '../markdown/read-lines.js';
import { parseRow } from '../markdown/row.js';
import { splitRow } from '../markdown/split-row.js';
import { type TableHead, tableHead } from '../markdown/table-head.js';
import type { Cell, Rec, RecordSpec, Span } from '../markdown/types.js';
import { LazyFields } from './lazy-fields.js';
import { type LogWindow, logWindows } from './log-windows.js';
import { within } from './root-descriptor.js';
import type { Snapshot } from './types.js';

export type RowOptions = {
  /** Rows without this value may be left out: it is searched in the bytes. */
  readonly containing?: string;
  /** As `containing`, for rows that are near one another: it stops well after the last of them. */
  readonly together?: string;
  /** From the last row to the first, for a reader that stops early. */
  readonly newestFirst?: boolean;
  /** Only the rows above this line of the file: where a reader that stopped goes on. */
  readonly above?: number;
};
/** One window, and how many lines are before it. */
type WindowPlace = { readonly index: number; readonly lines: number };
export type LogSource = {
  /** Where the file is. */
  readonly path: string;
  readonly file: string;
  readonly spec: RecordSpec;
};

/** For what is searched: the windows that were found without it. */
export type Lacking = Map<string, Set<number>>;

/** Bytes: more than the passes of a night write between two rows of one of them. */
const FAR_APART = 1 << 24;
const [NEWLINE, PIPE, BRACE] = [10, 124, 123];

/** The same as `readRecords` for a log that is whole. A missing log has none. */
export function* logRecords(
  source: LogSource,
  options: RowOptions & { readonly window?: WindowPlace; readonly lacking?: Lacking } = {},
): Generator<Rec> {
  const { path, file } = source;
  const head = isLineLog(file) ? { columns: [], bytes: 0 } : readHead(path);
  if (head === undefined) return;
  const mark = isLineLog(file) ? BRACE : PIPE;
  const { together, containing = together } = options;
  const needle =
    containing === undefined
      ? undefined
      : Buffer.from(
          isLineLog(file) ? JSON.stringify(containing).slice(1, -1) : encodeCell(containing),
        );
  const place = placesIn(path);
  const inOrder = needle === undefined && options.newestFirst !== true;
  let [passed, bytesWithout, found] = [options.window?.lines ?? 0, 0, false];
  const only = options.window?.index;
  const { above } = options;
  const upTo = above === undefined ? undefined : place.windowAbove(above);
  const without = containing === undefined ? undefined : lackingOf(options.lacking, containing);
  for (const window of logWindows(path, { ...options, without, ...defined({ only, upTo }) })) {
    const all = linesOf(window, needle);
    if (all.length === 0 && !window.isLast) without?.add(window.index);
    const lines = upTo === window.index ? all.filter(isAbove(place, window, above)) : all;
    const before = passed;
    passed += lines.length;
    bytesWithout = lines.length > 0 ? 0 : bytesWithout + window.bytes.length;
    found ||= lines.length > 0;
    if (together !== undefined && found && bytesWithout > FAR_APART) return;
    if (options.newestFirst === true) lines.reverse();
    for (const { start, end, line } of lines) {
      if (window.offset + start < head.bytes || window.bytes[start] !== mark) continue;
      const text = window.bytes.toString('utf8', start, end);
      yield new LogRecord(source, head.columns, {
        text,
        line: () => (inOrder ? before : place.linesBefore(window.index)) + line,
        start: () => place.unitsBefore(window, start),
      });
    }
  }
}

function lackingOf(lacking: Lacking | undefined, needle: string): Set<number> | undefined {
  const known = lacking?.get(needle) ?? new Set<number>();
  lacking?.set(needle, known);
  return known;
}

function isAbove(
  place: ReturnType<typeof placesIn>,
  { index }: LogWindow,
  above = Number.POSITIVE_INFINITY,
): (row: Line) => boolean {
  const before = place.linesBefore(index);
  return ({ line }) => before + line < above;
}

const countedIn = new WeakMap<Snapshot, Map<string, Counted>>();

/** The record in a line of a long log, for a query that selects lines. */
export function recordAtLine(
  snapshot: Snapshot,
  spec: RecordSpec,
  { file, line }: { readonly file: string; readonly line: number },
): Rec | undefined {
  const path = within(snapshot.root, file);
  const ofFiles = countedIn.get(snapshot) ?? new Map<string, Counted>();
  countedIn.set(snapshot, ofFiles);
  const counted = ofFiles.get(file) ?? countLines(path);
  ofFiles.set(file, counted);
  const [index, lines] = [...counted].findLast(([, before]) => before < line) ?? [];
  if (index === undefined || lines === undefined) return undefined;
  const rows = logRecords({ path, file, spec }, { window: { index, lines } });
  for (const row of rows)
    if (row.range.line >= line) return row.range.line === line ? row : undefined;
  return undefined;
}

/** Records that are in memory already. */
export function inOrder(records: readonly Rec[], options: RowOptions = {}): readonly Rec[] {
  const { newestFirst, above = Number.POSITIVE_INFINITY } = options;
  const rows = above === Number.POSITIVE_INFINITY ? records : records.filter(isBefore(above));
  return newestFirst === true ? [...rows].reverse() : rows;
}

function isBefore(line: number): (record: Rec) => boolean {
  return ({ range }) => range.line < line;
}

type Line = { readonly start: number; readonly end: number; readonly line: number };

/** The lines of a window with the needle, numbered from 1. */
function linesOf({ bytes }: LogWindow, needle: Buffer | undefined): Line[] {
  const lines: Line[] = [];
  let hit = needle === undefined ? 0 : bytes.indexOf(needle);
  let line = 0;
  for (let start = 0; start < bytes.length && hit !== -1; ) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline === -1 ? bytes.length : newline;
    line++;
    if (needle === undefined) lines.push({ start, end, line });
    else if (hit < end) {
      lines.push({ start, end, line });
      hit = bytes.indexOf(needle, end);
    }
    start = end + 1;
  }
  return lines;
}

/** Everything above the first row of a log; nothing if it has no table. */
export function openingOf(path: string, file: string): string {
  for (const { bytes } of logWindows(path)) return isLineLog(file) ? '' : openingIn(bytes);
  return '';
}

/** The same of the first bytes of a log. */
export function openingIn(bytes: Buffer): string {
  return bytes.toString('utf8', 0, tableHead(bytes)?.bytes ?? 0);
}

function readHead(path: string): TableHead | undefined {
  for (const { bytes } of logWindows(path)) return tableHead(bytes);
  return undefined;
}

/** `line` and `start` of a row in its file are computed when somebody asks. */
type Row = { readonly text: string; readonly line: () => number; readonly start: () => number };

/** Classes, because a log has millions of cells and few of their places are asked for. */
class LogRecord implements Rec {
  readonly object: string;
  readonly file: string;
  readonly row: Row;
  readonly #key: readonly string[];
  readonly #columns: readonly string[];
  #fields: ReadonlyMap<string, Cell> | undefined;
  constructor({ file, spec }: LogSource, columns: readonly string[], row: Row) {
    this.object = spec.object;
    this.file = file;
    this.row = row;
    this.#key = spec.key;
    this.#columns = columns;
  }
  get key(): string {
    return this.#key.map((name) => this.fields.get(name)?.value ?? '').join('/');
  }
  get fields(): ReadonlyMap<string, Cell> {
    return (this.#fields ??= isLineLog(this.file) ? this.#ofLine() : this.#ofTable());
  }
  get range(): Range {
    return this.rangeOf({ start: 0, end: this.row.text.trimEnd().length });
  }
  get start(): number {
    return this.row.start();
  }
  get end(): number {
    return this.row.start() + this.row.text.length;
  }
  rangeOf({ start, end }: Span): Range {
    const line = this.row.line();
    return { file: this.file, line, column: start + 1, endLine: line, endColumn: end + 1 };
  }
  #ofTable(): ReadonlyMap<string, Cell> {
    const values = parseRow(this.row.text);
    const columns = this.#columns;
    let spans: readonly Span[] | undefined;
    const spanAt = (index: number): Span =>
      (spans ??= splitRow(this.row.text, 0, this.row.text.length))[index] ?? { start: 0, end: 0 };
    return new LazyFields(
      columns,
      (i) => new RowCell(this, values[i] ?? '', () => spanAt(i)),
      Math.min(columns.length, values.length),
    );
  }
  #ofLine(): ReadonlyMap<string, Cell> {
    const cells = [...(lineFields(this.row.text) ?? [])];
    return new Map(
      cells.map(([name, cell]) => [
        name,
        Object.assign(new RowCell(this, cell.value, () => cell), defined({ data: cell.data })),
      ]),
    );
  }
}

class RowCell implements Cell {
  readonly value: string;
  readonly #record: LogRecord;
  /** Within the row. */
  readonly #span: () => Span;
  constructor(record: LogRecord, value: string, span: () => Span) {
    this.value = value;
    this.#record = record;
    this.#span = span;
  }
  get raw(): string {
    const { start, end } = this.#span();
    return this.#record.row.text.slice(start, end);
  }
  get start(): number {
    return this.#record.start + this.#span().start;
  }
  get end(): number {
    return this.#record.start + this.#span().end;
  }
  get range(): Range {
    return this.#record.rangeOf(this.#span());
  }
}

/** Lines before each window, by its index. */
type Counted = ReadonlyMap<number, number>;

/** Reads the log once more, if anybody asks. */
function placesIn(path: string): {
  readonly linesBefore: (index: number) => number;
  /** The last window with a line above this one; -1: none. */
  readonly windowAbove: (line: number) => number;
  readonly unitsBefore: (window: LogWindow, inWindow: number) => number;
} {
  let counted: Counted | undefined;
  return {
    linesBefore: (index) => (counted ??= countLines(path)).get(index) ?? 0,
    windowAbove: (line) =>
      [...(counted ??= countLines(path))].findLast(([, before]) => before < line - 1)?.[0] ?? -1,
    unitsBefore: ({ index: last }, inWindow) => {
      let units = 0;
      for (const { bytes, index } of logWindows(path)) {
        units += unitsOf(index === last ? bytes.subarray(0, inWindow) : bytes);
        if (index === last) break;
      }
      return units;
    },
  };
}

function countLines(path: string): Counted {
  const counted = new Map<number, number>();
  let lines = 0;
  for (const { bytes, index } of logWindows(path)) {
    counted.set(index, lines);
    for (let next = bytes.indexOf(NEWLINE); next !== -1; next = bytes.indexOf(NEWLINE, next + 1))
      lines++;
  }
  return counted;
}

/** Of UTF-8: one for each character, two for those of four bytes. */
function unitsOf(bytes: Buffer): number {
  let units = 0;
  for (const byte of bytes) if ((byte & 0xc0) !== 0x80) units += byte >= 0xf0 ? 2 : 1;
  return units;
}
