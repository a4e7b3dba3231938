/** The workspace at one instant; files are read on demand, and at most once. */
import { readFileSync } from '../kernel/files.js';
import { defined } from '../kernel/defined.js';
import type { Diagnostic } from '../kernel/diagnostic.js';
import { globMatches, isLiteral } from '../kernel/glob.js';
import { sha256 } from '../kernel/hash.js';
import { keptDoc, keptRecords } from '../markdown/kept-docs.js';
import type { Doc, ReadResult, Rec, RecordSpec } from '../markdown/types.js';
import { loadSchema, missingSchema, REGISTRY_FILE } from '../registry/load-schema.js';
import { nearPatterns } from '../registry/near-patterns.js';
import { isFree } from '../registry/route.js';
import type { LoadedSchema, ObjectSpec, Schema } from '../registry/types.js';
import { locateIn } from './address.js';
import { hashIfThere, MOST_READ } from './file-content.js';
import { inOrder, type Lacking, logRecords, type RowOptions } from './log-records.js';
import { isLongLog } from './log-windows.js';
import { memo, noteReads } from './reads.js';
import { within } from './root-descriptor.js';
import { openSqlView } from './sql-view.js';
import type { FileEntry, Located, Snapshot, SqlView } from './types.js';
import { walk } from './walk.js';

/** `read`: reads a file from elsewhere, such as the object store for a past state. */
export type SnapshotOptions = {
  readonly now: Date;
  readonly files?: ReadonlyMap<string, FileEntry>;
  readonly read?: (path: string) => Buffer | undefined;
  readonly place?: Snapshot['place'] | undefined;
  /** With `read`: the rows of long logs, which are then not read as a whole. */
  readonly rows?: LogRows;
};

/** The rows of one long log. */
type LogRows = (path: string, spec: RecordSpec, options: RowOptions) => Iterable<Rec>;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const NONE: readonly never[] = [];

/** Lists the files now, and reads each one at its first use. */
export function openSnapshot(root: string, options: SnapshotOptions): Snapshot {
  const files = options.files ?? walk(root);
  const holdsRecords = (path: string): boolean =>
    path === REGISTRY_FILE || objectsOf(path).length > 0;
  const isLong = (path: string): boolean => isLongLog({ files, objectsOf }, path);
  const content = contentOf(
    readerOf(root, { ...options, files, holdsRecords, isLong }),
    holdsRecords,
  );
  let schema: LoadedSchema | undefined;
  const loaded = (): LoadedSchema => (schema ??= schemaOf(content.text(REGISTRY_FILE)));
  const filesOf = memo((object: string): readonly string[] =>
    listFiles(files, loaded().schema.objects.get(object)).filter(
      (path) => !isFree(loaded().schema, path),
    ),
  );
  const objectsOf = memo((path: string): readonly ObjectSpec[] =>
    isFree(loaded().schema, path)
      ? NONE
      : objectsNear(loaded().schema)(path).filter((object) => globMatches(object.glob, path)),
  );
  const readIn = memo((id: string): ReadResult => {
    const [object = '', path = ''] = id.split('\0');
    const spec = loaded().schema.objects.get(object);
    const doc = content.doc(path);
    return spec === undefined || doc === undefined
      ? { records: NONE, diagnostics: NONE }
      : keptRecords(doc, path, spec);
  });
  const recordsIn = (path: string, object: string): readonly Rec[] =>
    readIn(`${object}\0${path}`).records;
  const lackingIn = memo((): Lacking => new Map());
  let view: SqlView | undefined;

  const snapshot: Snapshot = {
    root,
    ...defined({ place: options.place }),
    now: options.now,
    get schema() {
      return loaded().schema;
    },
    get schemaDiagnostics() {
      return loaded().diagnostics;
    },
    files,
    ...content,
    objectsOf,
    filesOf,
    ...allRecords(filesOf, recordsIn),
    recordsIn,
    rows: rowsOf(root, options, { files, filesOf, objectsOf, recordsIn, lackingIn }),
    locate: (address): Located => locateIn(snapshot, address),
    recordDiagnostics: (path): readonly Diagnostic[] =>
      objectsOf(path).flatMap((object) => readIn(`${object.object}\0${path}`).diagnostics),
    sql: () => (view ??= openSqlView(snapshot)),
    release(path) {
      for (const object of objectsOf(path)) readIn.forget(`${object.object}\0${path}`);
      for (const memoized of [content.bytes, content.text, content.doc, objectsOf])
        memoized.forget(path);
    },
  };
  noteReads(snapshot, { ...content, readIn, lackingIn });
  return snapshot;
}

/** Reads the records of an object once. */
export function allRecords(
  filesOf: Snapshot['filesOf'],
  recordsIn: Snapshot['recordsIn'],
): Pick<Snapshot, 'records' | 'record'> {
  const records = memo((object: string): readonly Rec[] =>
    filesOf(object).flatMap((path) => recordsIn(path, object)),
  );
  const byKey = memo(
    (object: string): ReadonlyMap<string, Rec> =>
      new Map([...records(object)].reverse().map((record) => [record.key, record])),
  );
  return { records, record: (object, key) => byKey(object).get(key) };
}

/** What a log lacks is remembered, because several look for the same on a page. */
function rowsOnDisk(root: string, lackingIn: (path: string) => Lacking): LogRows {
  return (path, spec, options) =>
    logRecords(
      { path: within(root, path), file: path, spec },
      { ...options, lacking: lackingIn(path) },
    );
}

function rowsOf(
  root: string,
  options: SnapshotOptions,
  source: Pick<Snapshot, 'files' | 'filesOf' | 'objectsOf' | 'recordsIn'> & {
    readonly lackingIn: (path: string) => Lacking;
  },
): Snapshot['rows'] {
  const { lackingIn } = source;
  const { read, rows = read === undefined ? rowsOnDisk(root, lackingIn) : undefined } = options;
  return function* rowsIn(object, order = {}) {
    const paths = source.filesOf(object);
    for (const path of order.newestFirst === true ? [...paths].reverse() : paths) {
      const [spec] = source.objectsOf(path);
      if (rows !== undefined && spec !== undefined && isLongLog(source, path))
        yield* rows(path, spec, order);
      else yield* inOrder(source.recordsIn(path, object), order);
    }
  };
}

type Reader = {
  readonly read: (path: string) => Buffer | undefined;
  /** Of a large file or a long log, without reading it as a whole. */
  readonly hashLarge: (path: string) => string | undefined;
};

function readerOf(
  root: string,
  options: SnapshotOptions & {
    readonly files: ReadonlyMap<string, FileEntry>;
    readonly holdsRecords: (path: string) => boolean;
    readonly isLong: (path: string) => boolean;
  },
): Reader {
  const {
    files,
    holdsRecords,
    isLong,
    read,
    place = (path: string) => within(root, path),
  } = options;
  const isLarge = (path: string): boolean =>
    (files.get(path)?.size ?? 0) > MOST_READ && !holdsRecords(path);
  return {
    read: (path) => {
      if (isLarge(path)) return undefined;
      return read === undefined ? readBytes(root, files.get(path)) : read(path);
    },
    hashLarge: (path) =>
      read === undefined && (isLarge(path) || isLong(path)) ? hashIfThere(place(path)) : undefined,
  };
}

/** Bytes of files without records that are kept: a pass may leave thousands of them. */
const MOST_RECENT = 8 * 1024 * 1024;

/**
 * The content of files in each form. Of files with records, which many ask for, it is computed at
 * most once; of others, the most recent ones are kept.
 */
function contentOf({ read, hashLarge }: Reader, holdsRecords: (path: string) => boolean) {
  const recent = new Map<string, number>();
  let size = 0;
  const bytes = memo((path) => {
    const content = read(path);
    if (content !== undefined && !holdsRecords(path)) noteRecent(path, content.length);
    return content;
  });
  const noteRecent = (path: string, length: number): void => {
    size += length - (recent.get(path) ?? 0);
    recent.delete(path);
    recent.set(path, length);
    for (const [oldest, its] of recent) {
      if (size <= MOST_RECENT || oldest === path) return;
      recent.delete(oldest);
      size -= its;
      for (const form of [bytes, text, doc]) form.forget(oldest);
    }
  };
  const text = memo((path) => decodeUtf8(bytes(path)));
  const doc = memo((path): Doc | undefined => {
    const source = text(path);
    return source === undefined ? undefined : keptDoc(source);
  });
  const hash = memo((path) => {
    const large = hashLarge(path);
    const content = large === undefined ? bytes(path) : undefined;
    return content === undefined ? large : sha256(content);
  });
  return { bytes, text, doc, hash };
}

type NearObjects = (path: string) => readonly ObjectSpec[];
const nearObjects = new WeakMap<Schema, NearObjects>();

function objectsNear(schema: Schema): NearObjects {
  const known = nearObjects.get(schema);
  const near = known ?? nearPatterns([...schema.objects.values()], ({ glob }) => glob);
  if (known === undefined) nearObjects.set(schema, near);
  return near;
}

/** Cached, because a pass opens dozens of snapshots with the same schema. */
function schemaOf(text: string | undefined): LoadedSchema {
  return text === undefined ? missingSchema() : loadSchema(text);
}

function listFiles(
  files: ReadonlyMap<string, FileEntry>,
  object: ObjectSpec | undefined,
): readonly string[] {
  if (object === undefined) return NONE;
  if (isLiteral(object.glob)) return files.has(object.glob) ? [object.glob] : NONE;
  return [...files.keys()].filter((path) => globMatches(object.glob, path));
}

function readBytes(root: string, entry: FileEntry | undefined): Buffer | undefined {
  if (entry === undefined || entry.kind !== 'file') return undefined;
  try {
    return readFileSync(within(root, entry.path));
  } catch {
    return undefined;
  }
}

/** `undefined` for bytes that are not UTF-8. */
export function decodeUtf8(bytes: Buffer | undefined): string | undefined {
  if (bytes === undefined) return undefined;
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
