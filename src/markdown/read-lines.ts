/** Reads a log of JSON lines (`.jsonl`): one object on each line, whose members are the fields. */
import { defined } from '../kernel/defined.js';
import type { Diagnostic, Range } from '../kernel/diagnostic.js';
import { shapeError } from './range-of.js';
import type { Cell, Doc, ReadResult, Rec, RecordSpec } from './types.js';

export function isLineLog(file: string): boolean {
  return file.endsWith('.jsonl');
}

/** Never throws on content: a line that is not an object is a diagnostic. */
export function readLines(doc: Doc, file: string, spec: RecordSpec): ReadResult {
  const records: Rec[] = [];
  const diagnostics: Diagnostic[] = [];
  doc.text.split('\n').reduce((start, line, i) => {
    const end = start + line.length;
    if (line.trim() !== '') {
      const place = { file, line: i + 1, start, end };
      const fields = fieldsOf(line, place);
      if (fields === undefined)
        diagnostics.push(
          shapeError(rangeAt(place, start, end), 'this line is not a JSON object', {
            expected: 'one JSON object on each line',
            actual: line.slice(0, 60),
          }),
        );
      else
        records.push({
          object: spec.object,
          key: spec.key.map((name) => fields.get(name)?.value ?? '').join('/'),
          file,
          fields,
          range: rangeAt(place, start, end),
          start,
          end,
        });
    }
    return end + 1;
  }, 0);
  return { records, diagnostics };
}

type Place = {
  readonly file: string;
  readonly line: number;
  readonly start: number;
  readonly end: number;
};

function rangeAt(place: Place, start: number, end: number): Range {
  return {
    file: place.file,
    line: place.line,
    column: start - place.start + 1,
    endLine: place.line,
    endColumn: end - place.start + 1,
  };
}

/** The members of one line; their places are within the line. */
export function lineFields(line: string): ReadonlyMap<string, Cell> | undefined {
  return fieldsOf(line, { file: '', line: 1, start: 0, end: line.length });
}

function fieldsOf(line: string, place: Place): ReadonlyMap<string, Cell> | undefined {
  const members = parseLine(line);
  if (members === undefined) return undefined;
  // The position of each value is known only for a line in Nocturne's own format; otherwise it is
  // the whole line.
  const exact = JSON.stringify(members) === line;
  const fields = new Map<string, Cell>();
  let offset = place.start + 1;
  for (const [name, member] of Object.entries(members)) {
    const written = JSON.stringify(member);
    const from = offset + JSON.stringify(name).length + 1;
    const [start, end] = exact ? [from, from + written.length] : [place.start, place.end];
    offset = from + written.length + 1;
    const structure = typeof member === 'object' && member !== null;
    const text = typeof member === 'string' ? member : written;
    const value = member === null ? '' : text;
    fields.set(name, {
      raw: exact ? written : line,
      value,
      start,
      end,
      range: rangeAt(place, start, end),
      ...defined({ data: structure ? member : undefined }),
    });
  }
  return fields;
}

/** `undefined` for anything but an object. */
export function parseLine(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = JSON.parse(line) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}
