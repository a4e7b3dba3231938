/** The workspace at one instant; files are read on demand, and at most once. */
import { readFileSync } from '../kernel/files.js';
import { defined } from '../kernel/defined.js';
import type { Diagnostic } from '../kernel/diagnostic.js';
import { globMatches, isLiteral } from '../kernel/glob.js';
import { sha256 } from '../kernel/hash.js';
import { readRecords } from '../markdown/read-records.js';
import { scan } from '../markdown/scan.js';
import type { Doc, ReadResult, Rec } from '../markdown/types.js';
import { loadSchema, missingSchema, REGISTRY_FILE } from '../registry/load-schema.js';
import { isFree } from '../registry/route.js';
import type { LoadedSchema, ObjectSpec } from '../registry/types.js';
import { locateIn } from './address.js';
import { hashIfThere, MOST_READ } from './file-content.js';
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
};

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const NONE: readonly never[] = [];

/** Lists the files now, and reads each one at its first use. */
export function openSnapshot(root: string, options: SnapshotOptions): Snapshot {
  const files = options.files ?? walk(root);
  const isKept = (path: string): boolean => path === REGISTRY_FILE || objectsOf(path).length > 0;
  const isLarge = (path: string): boolean =>
    (files.get(path)?.size ?? 0) > MOST_READ && !isKept(path);
  const content = contentOf(readerOf(root, { ...options, files, isLarge }), isKept);
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
      : [...loaded().schema.objects.values()].filter((object) => globMatches(object.glob, path)),
  );
  const readIn = memo((id: string): ReadResult => {
    const [object = '', path = ''] = id.split('\0');
    const spec = loaded().schema.objects.get(object);
    const doc = content.doc(path);
    return spec === undefined || doc === undefined
      ? { records: NONE, diagnostics: NONE }
      : readRecords(doc, path, spec);
  });
  const recordsIn = (path: string, object: string): readonly Rec[] =>
    readIn(`${object}\0${path}`).records;
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
  return snapshot;
}

function allRecords(
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

type Reader = {
  readonly read: (path: string) => Buffer | undefined;
  /** Without reading the file as a whole. */
  readonly hashLarge: (path: string) => string | undefined;
};

function readerOf(
  root: string,
  options: SnapshotOptions & {
    readonly files: ReadonlyMap<string, FileEntry>;
    readonly isLarge: (path: string) => boolean;
  },
): Reader {
  const { files, isLarge, read, place = (path: string) => within(root, path) } = options;
  return {
    read: (path) => {
      if (isLarge(path)) return undefined;
      return read === undefined ? readBytes(root, files.get(path)) : read(path);
    },
    hashLarge: (path) =>
      read === undefined && isLarge(path) ? hashIfThere(place(path)) : undefined,
  };
}

/** Bytes of files without records that are kept: a pass may leave thousands of them. */
const MOST_RECENT = 8 * 1024 * 1024;

/**
 * The content of files in each form. Of files with records, which many ask for, it is computed at
 * most once; of others, the most recent ones are kept.
 */
function contentOf({ read, hashLarge }: Reader, isKept: (path: string) => boolean) {
  const recent = new Map<string, number>();
  let size = 0;
  const bytes = memo((path) => {
    const content = read(path);
    if (content !== undefined && !isKept(path)) noteRecent(path, content.length);
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
    return source === undefined ? undefined : scan(source);
  });
  const hash = memo((path) => {
    const content = bytes(path);
    return content === undefined ? hashLarge(path) : sha256(content);
  });
  return { bytes, text, doc, hash };
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

type Memo<T> = ((key: string) => T) & { readonly forget: (key: string) => void };

function memo<T>(compute: (key: string) => T): Memo<T> {
  const values = new Map<string, T>();
  const ask = (key: string): T => {
    const cached = values.get(key);
    if (cached !== undefined || values.has(key)) return cached as T;
    const value = compute(key);
    values.set(key, value);
    return value;
  };
  return Object.assign(ask, { forget: (key: string) => void values.delete(key) });
}
