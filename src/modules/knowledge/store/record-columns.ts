/** The objects and the status of passages, which filters narrow a search by. */
import { readFrontMatter } from '../../../markdown/front-matter.js';
import type { Rec } from '../../../markdown/types.js';
import type { Snapshot } from '../../../workspace/types.js';
import type { Chunk } from './chunk.js';
import type { Columns } from './store-file.js';

/** The first field with a value is the status. */
const STATUS = ['status', 'phase.status', 'state'];
/** The first field with a date is the day. */
const DAYS = ['date', 'day', 'updated', 'time', 'last_pass.date', 'created', 'started'];

type Place = {
  readonly object: string;
  readonly from: number;
  readonly to: number;
  readonly status: string | undefined;
};

/** Rows of a table have an object but no status, because a passage has many rows. */
export function columnsOf(
  snapshot: Snapshot,
  path: string,
): (chunk: Pick<Chunk, 'line' | 'endLine'>) => Columns {
  const places = snapshot.objectsOf(path).flatMap((object): readonly Place[] => {
    const records = snapshot.recordsIn(path, object.object);
    if (records.length === 0) return [];
    if (object.shape === 'document')
      return records.map((record) => ({
        object: object.object,
        from: 1,
        to: Number.POSITIVE_INFINITY,
        status: valueOf(record, STATUS),
      }));
    if (object.shape === 'section')
      return records.map((record) => ({
        object: object.object,
        from: record.range.line,
        to: record.range.endLine,
        status: valueOf(record, STATUS),
      }));
    return [
      {
        object: object.object,
        from: Math.min(...records.map((record) => record.range.line)),
        to: Math.max(...records.map((record) => record.range.endLine)),
        status: undefined,
      },
    ];
  });
  const own = frontOf(snapshot, path, ['status', 'state']) ?? '';
  return (chunk) => {
    const here = places.filter((place) => place.from <= chunk.endLine && place.to >= chunk.line);
    return {
      object: [...new Set(here.map((place) => place.object))].join(' '),
      status:
        here.find((place) => place.status !== undefined && place.from <= chunk.line)?.status ?? own,
    };
  };
}

/** By the front matter, the file's name, or its last change. */
export function dayOf(snapshot: Snapshot, path: string): string {
  const text = DAYS.map(
    (name) => /^\d{4}-\d{2}-\d{2}/.exec(frontOf(snapshot, path, [name]) ?? '')?.[0],
  ).find((day) => day !== undefined);
  return (
    text ??
    /(?<!\d)\d{4}-(?:0\d|1[0-2])-(?:[0-2]\d|3[01])(?!\d)/.exec(path)?.[0] ??
    new Date(snapshot.files.get(path)?.mtimeMs ?? 0).toISOString().slice(0, 10)
  );
}

/** The first of these fields with a value, even if REGISTRY.md has no object for the file. */
function frontOf(snapshot: Snapshot, path: string, names: readonly string[]): string | undefined {
  const doc = snapshot.doc(path);
  if (doc?.frontMatter === undefined) return undefined;
  const { fields } = readFrontMatter(doc, path);
  return names
    .map((name) => fields.get(name)?.value)
    .find((value) => value !== undefined && value !== '');
}

function valueOf(record: Rec, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = record.fields.get(name)?.value;
    if (value !== undefined && value !== '') return value;
  }
  return undefined;
}
