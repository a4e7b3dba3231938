/**
 * Encodes records as short text for the cache, and decodes them. What all cells of a record contain
 * is in one list, and names are in one for all records that have the same: of 10,000 projects, a
 * list for each cell would take most of the memory, and of the time to read them.
 */
import type { Range } from '../kernel/diagnostic.js';
import type { Cell, Rec } from '../markdown/types.js';
import { LazyFields } from './lazy-fields.js';

/** `end` is missing if a range ends in its own line. */
type CachedPlace = readonly [
  start: number,
  end: number,
  line: number,
  column: number,
  ...end: [] | [line: number, column: number],
];
type Place = Pick<Rec, 'start' | 'end' | 'range'>;
/** Of each cell in turn: start, end, line, column, raw, and 0 or a value that differs from raw. */
type CachedCells = readonly (number | string)[];
const PARTS = 6;
/** By the number of the cell: the end of a range of several lines, and data. */
type CachedRecord = readonly [
  key: string,
  names: number,
  place: CachedPlace,
  cells: CachedCells,
  ends?: Readonly<Record<number, readonly [line: number, column: number]>>,
  data?: Readonly<Record<number, unknown>>,
];
/** The lists of names, each as text, then the records. */
type CachedFile = readonly [names?: readonly string[], ...records: CachedRecord[]];

/** `undefined` if something in them has no exact JSON form. */
export function encodeRecords(records: readonly Rec[]): string | undefined {
  const lists = new Map<string, number>();
  const encoded: CachedRecord[] = [];
  for (const record of records) {
    const names = JSON.stringify([...record.fields.keys()]);
    const list = lists.get(names) ?? lists.size;
    lists.set(names, list);
    const one = encodeRecord(record, list);
    if (one === undefined) return undefined;
    encoded.push(one);
  }
  const file: CachedFile = [[...lists.keys()], ...encoded];
  return JSON.stringify(file);
}

function encodeRecord(record: Rec, names: number): CachedRecord | undefined {
  const cells: (number | string)[] = [];
  const ends: Record<number, [number, number]> = {};
  const data: Record<number, unknown> = {};
  let [index, hasEnds, hasData] = [0, false, false];
  for (const cell of record.fields.values()) {
    const { start, end, range, raw, value } = cell;
    if ('data' in cell) {
      if (!isJson(cell.data)) return undefined;
      data[index] = cell.data;
      hasData = true;
    }
    if (!endsInLine(cell)) {
      ends[index] = [range.endLine, range.endColumn];
      hasEnds = true;
    }
    cells.push(start, end, range.line, range.column, raw, value === raw ? 0 : value);
    index += 1;
  }
  const encoded = [record.key, names, placeOf(record), cells] as const;
  if (hasData) return [...encoded, ends, data];
  return hasEnds ? [...encoded, ends] : encoded;
}

function endsInLine({ start, end, range }: Place): boolean {
  return range.endLine === range.line && range.endColumn === range.column + end - start;
}

function placeOf(place: Place): CachedPlace {
  const { start, end, range } = place;
  const { line, column, endLine, endColumn } = range;
  return endsInLine(place)
    ? [start, end, line, column]
    : [start, end, line, column, endLine, endColumn];
}

function rangeOf(
  file: string,
  [start, end, line, column, endLine = line, endColumn = column + end - start]: CachedPlace,
): Range {
  return { file, line, column, endLine, endColumn };
}

/** Creates cells on demand: of many records, most are only scanned. */
export function decodeRecords(
  text: string,
  source: { readonly object: string; readonly file: string },
): readonly Rec[] {
  const { object, file } = source;
  const [lists = [], ...records] = JSON.parse(text) as CachedFile;
  const names = lists.map(namesIn);
  return records.map((record) => {
    const [key, list, place] = record;
    return {
      object,
      key,
      file,
      fields: new LazyFields(names[list] ?? [], (i) => cellOf(file, record, i)),
      range: rangeOf(file, place),
      start: place[0],
      end: place[1],
    };
  });
}

const MOST_KEPT = 1_000;
/** By their text: the files of an object have the same names. */
const namesBefore = new Map<string, readonly string[]>();

function namesIn(text: string): readonly string[] {
  const known = namesBefore.get(text);
  if (known !== undefined) return known;
  if (namesBefore.size >= MOST_KEPT) namesBefore.clear();
  const names = JSON.parse(text) as readonly string[];
  namesBefore.set(text, names);
  return names;
}

function cellOf(file: string, [, , , cells, ends, data]: CachedRecord, index: number): Cell {
  const first = index * PARTS;
  const [start, end] = [cells[first] as number, cells[first + 1] as number];
  const [line, column] = [cells[first + 2] as number, cells[first + 3] as number];
  const [raw, value] = [cells[first + 4] as string, cells[first + 5]];
  const [endLine, endColumn] = ends?.[index] ?? [line, column + end - start];
  const range: Range = { file, line, column, endLine, endColumn };
  const cell = { raw, value: typeof value === 'string' ? value : raw, start, end, range };
  return data !== undefined && index in data ? { ...cell, data: data[index] } : cell;
}

function isJson(data: unknown): boolean {
  if (data === null || typeof data === 'string' || typeof data === 'boolean') return true;
  if (typeof data === 'number') return Number.isFinite(data) && !Object.is(data, -0);
  if (Array.isArray(data)) return data.every(isJson);
  return (
    typeof data === 'object' &&
    Object.getPrototypeOf(data) === Object.prototype &&
    Object.entries(data).every(([name, value]) => name !== '__proto__' && isJson(value))
  );
}
