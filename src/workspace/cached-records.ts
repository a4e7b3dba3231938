/** Encodes records as short text for the cache, and decodes them. */
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
/** `value` is 0 if it equals `raw`. */
type CachedCell = readonly [
  name: string,
  place: CachedPlace,
  raw: string,
  value: string | 0,
  data?: unknown,
];
const NO_CELL: CachedCell = ['', [0, 0, 1, 1], '', 0];
type CachedRecord = readonly [key: string, place: CachedPlace, ...cells: CachedCell[]];

/** `undefined` if something in them has no exact JSON form. */
export function encodeRecords(records: readonly Rec[]): string | undefined {
  const encoded: CachedRecord[] = [];
  for (const record of records) {
    const cells: CachedCell[] = [];
    for (const [name, cell] of record.fields) {
      if ('data' in cell && !isJson(cell.data)) return undefined;
      const common = [
        name,
        placeOf(cell),
        cell.raw,
        cell.value === cell.raw ? 0 : cell.value,
      ] as const;
      cells.push('data' in cell ? [...common, cell.data] : common);
    }
    encoded.push([record.key, placeOf(record), ...cells]);
  }
  return JSON.stringify(encoded);
}

function placeOf({ start, end, range }: Pick<Rec, 'start' | 'end' | 'range'>): CachedPlace {
  const { line, column, endLine, endColumn } = range;
  return endLine === line && endColumn === column + end - start
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
  return (JSON.parse(text) as readonly CachedRecord[]).map(([key, place, ...cells]) => ({
    object,
    key,
    file,
    fields: fieldsOf(file, cells),
    range: rangeOf(file, place),
    start: place[0],
    end: place[1],
  }));
}

function fieldsOf(file: string, cells: readonly CachedCell[]): ReadonlyMap<string, Cell> {
  return new LazyFields(
    cells.length,
    (i) => cells[i]?.[0] ?? '',
    (i) => cellOf(file, cells[i] ?? NO_CELL),
  );
}

function cellOf(file: string, encoded: CachedCell): Cell {
  const [, place, raw, value] = encoded;
  const cell = {
    raw,
    value: value === 0 ? raw : value,
    start: place[0],
    end: place[1],
    range: rangeOf(file, place),
  };
  return encoded.length > 4 ? { ...cell, data: encoded[4] } : cell;
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
