/**
 * The rows of tables whose text is being edited: a row that did not change is not read again. Where
 * rows before it became longer or shorter, its record is the earlier one at another place.
 */
import type { Range } from '../kernel/diagnostic.js';
import { MapView } from '../kernel/map-view.js';
import type { Cell, Doc, Rec, RecordSpec, Table, TableRow } from './types.js';

export type TableReading = {
  readonly doc: Doc;
  readonly file: string;
  readonly spec: RecordSpec;
  readonly table: Table;
  readonly columns: readonly string[];
};
type Kept = TableReading & { readonly records: readonly Rec[] };

export class KeptRows {
  readonly #kept = new Map<string, Kept>();

  /** @returns the record of the row at an index, if the table had this row at its last reading. */
  recordsFor(now: TableReading): (index: number) => Rec | undefined {
    const before = this.#kept.get(nameOf(now));
    if (before === undefined || !isSameTable(before, now)) return () => undefined;
    const { text } = now.doc;
    const { start, end } = commonEnds(before.doc.text, text);
    const shift = text.length - before.doc.text.length;
    const added = now.table.rows.length - before.table.rows.length;
    return (index) => {
      const row = now.table.rows[index];
      if (row === undefined) return undefined;
      if (row.end <= start && isAt(before.table.rows[index], row, 0)) return before.records[index];
      const earlier = before.records[index - added];
      return earlier !== undefined &&
        row.start >= text.length - end &&
        isAt(before.table.rows[index - added], row, shift)
        ? movedTo(originOf(earlier), row)
        : undefined;
    };
  }

  keep(reading: TableReading, records: readonly Rec[]): void {
    this.#kept.set(nameOf(reading), { ...reading, records });
  }

  forget(file: string): void {
    for (const [name, kept] of this.#kept) if (kept.file === file) this.#kept.delete(name);
  }
}

/** The record as it was first read: the same one for as long as its row does not change. */
export function originOf(record: Rec): Rec {
  return record.fields instanceof MovedFields ? record.fields.origin : record;
}

function nameOf({ spec, file }: TableReading): string {
  return `${spec.object}\0${file}`;
}

function isSameTable(before: TableReading, now: TableReading): boolean {
  return (
    before.spec === now.spec &&
    before.columns.length === now.columns.length &&
    before.columns.every((name, i) => name === now.columns[i])
  );
}

function isAt(before: TableRow | undefined, { start, end }: TableRow, shift: number): boolean {
  return before !== undefined && before.start + shift === start && before.end + shift === end;
}

/** Texts are compared in parts of this length, and then letter by letter. */
const PART = 2048;

/** The lengths of what both begin and both end with, which do not overlap. */
function commonEnds(before: string, now: string): { readonly start: number; readonly end: number } {
  const most = Math.min(before.length, now.length);
  const start = sameLength(most, (from, to) => before.slice(from, to) === now.slice(from, to));
  const end = sameLength(
    most - start,
    (from, to) =>
      before.slice(before.length - to, before.length - from) ===
      now.slice(now.length - to, now.length - from),
  );
  return { start, end };
}

function sameLength(most: number, isSame: (from: number, to: number) => boolean): number {
  let length = 0;
  for (const part of [PART, 1])
    while (length + part <= most && isSame(length, length + part)) length += part;
  return length;
}

function movedTo(origin: Rec, { start, end, line }: TableRow): Rec {
  const [shift, lines] = [start - origin.start, line - origin.range.line];
  if (shift === 0 && lines === 0) return origin;
  const { object, key, file, range } = origin;
  const fields = new MovedFields(origin, shift, lines);
  return { object, key, file, fields, range: onLine(range, lines), start, end };
}

function onLine(range: Range, lines: number): Range {
  return lines === 0
    ? range
    : { ...range, line: range.line + lines, endLine: range.endLine + lines };
}

/** Of a row that moved; each cell is made when somebody asks. */
class MovedFields extends MapView<Cell> {
  readonly origin: Rec;
  readonly #shift: number;
  readonly #lines: number;

  constructor(origin: Rec, shift: number, lines: number) {
    super();
    this.origin = origin;
    this.#shift = shift;
    this.#lines = lines;
  }

  get size(): number {
    return this.origin.fields.size;
  }

  get(name: string): Cell | undefined {
    const cell = this.origin.fields.get(name);
    if (cell === undefined) return undefined;
    const { raw, value, start, end, range } = cell;
    return {
      raw,
      value,
      start: start + this.#shift,
      end: end + this.#shift,
      range: onLine(range, this.#lines),
    };
  }

  override has(name: string): boolean {
    return this.origin.fields.has(name);
  }

  keys(): MapIterator<string> {
    return this.origin.fields.keys();
  }
}
