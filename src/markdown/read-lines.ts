/**
 * Records of a log whose rows are lines of JSON (a file whose name ends with `.jsonl`): one object
 * on each line, its members are the fields.
 */
import { defined } from '../kernel/defined.js';
import type { Diagnostic, Range } from '../kernel/diagnostic.js';
import { shapeError } from './range-of.js';
import type { Cell, Doc, ReadResult, Rec, RecordSpec } from './types.js';

/** Whether the rows of the log in this file are lines of JSON, not rows of a table. */
export function isLineLog(file: string): boolean {
  return file.endsWith('.jsonl');
}

/** Never throws on the file's content; a line that is no object is a diagnostic. */
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
          shapeError(rangeAt(place, start, end), `line ${i + 1} is not an object in JSON`, {
            expected: 'one object in JSON on each line',
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

function fieldsOf(line: string, place: Place): ReadonlyMap<string, Cell> | undefined {
  const members = parseLine(line);
  if (members === undefined) return undefined;
  // Where each value stands is known of a line that is written as nocturne writes it; of any other,
  // a value stands somewhere in the line.
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
