/** Encodes records as short text for the cache, and decodes them. */
import type { Range } from '../kernel/diagnostic.js';
import type { Cell, Rec } from '../markdown/types.js';

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
    fields: new CachedFields(file, cells),
    range: rangeOf(file, place),
    start: place[0],
    end: place[1],
  }));
}

class CachedFields implements ReadonlyMap<string, Cell> {
  readonly #file: string;
  readonly #cells: readonly CachedCell[];
  constructor(file: string, cells: readonly CachedCell[]) {
    this.#file = file;
    this.#cells = cells;
  }
  get size(): number {
    return this.#cells.length;
  }
  has(name: string): boolean {
    return this.#cells.some((cell) => cell[0] === name);
  }
  get(name: string): Cell | undefined {
    for (const cell of this.#cells) if (cell[0] === name) return cellOf(this.#file, cell);
    return undefined;
  }
  *entries(): MapIterator<[string, Cell]> {
    for (const cell of this.#cells) yield [cell[0], cellOf(this.#file, cell)];
  }
  *keys(): MapIterator<string> {
    for (const [name] of this.#cells) yield name;
  }
  *values(): MapIterator<Cell> {
    for (const cell of this.#cells) yield cellOf(this.#file, cell);
  }
  forEach(call: (cell: Cell, name: string, map: ReadonlyMap<string, Cell>) => void): void {
    for (const [name, cell] of this.entries()) call(cell, name, this);
  }
  [Symbol.iterator](): MapIterator<[string, Cell]> {
    return this.entries();
  }
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
