/** A snapshot in which some files have other content: the workspace after a change. */
import { keptDoc, keptRecords } from '../markdown/kept-docs.js';
import type { KeptRows } from '../markdown/kept-rows.js';
import { readRecords } from '../markdown/read-records.js';
import { sha256 } from '../kernel/hash.js';
import { globMatches } from '../kernel/glob.js';
import type { Doc, ReadResult, Rec, RecordSpec } from '../markdown/types.js';
import { locateIn } from './address.js';
import { ChangedFiles } from './changed-files.js';
import { allRecords, decodeUtf8 } from './snapshot.js';
import { inOrder } from './log-records.js';
import { openSqlView } from './sql-view.js';
import type { FileEntry, Snapshot, SqlView } from './types.js';

/** Content by path; `undefined`: deleted. The schema stays that of `base`. */
export type Contents = ReadonlyMap<string, string | Buffer | undefined>;

/** @param rows of earlier contents, which are taken over where they are the same. */
export function overlay(base: Snapshot, contents: Contents, rows?: KeptRows): Snapshot {
  if (contents.size === 0) return base;
  let files: ReadonlyMap<string, FileEntry> | undefined;
  const docs = new Map<string, Doc | undefined>();
  const read = new Map<string, ReadResult>();
  let view: SqlView | undefined;
  const text = (path: string): string | undefined => {
    if (!contents.has(path)) return base.text(path);
    const content = contents.get(path);
    return Buffer.isBuffer(content) ? decodeUtf8(content) : content;
  };
  const bytes = (path: string): Buffer | undefined => {
    if (!contents.has(path)) return base.bytes(path);
    const content = contents.get(path);
    return content === undefined ? undefined : Buffer.from(content);
  };
  const doc = (path: string): Doc | undefined => {
    if (!contents.has(path)) return base.doc(path);
    if (!docs.has(path)) docs.set(path, scannedDoc(text(path)));
    return docs.get(path);
  };
  const readIn = (path: string, object: string): ReadResult => {
    const id = `${object}\0${path}`;
    const spec = base.schema.objects.get(object);
    const [cached, scanned] = [read.get(id), doc(path)];
    const readNow = (from: Doc, of: RecordSpec): ReadResult =>
      rows === undefined ? keptRecords(from, path, of) : readRecords(from, path, of, rows);
    const result =
      cached ??
      (spec === undefined || scanned === undefined
        ? { records: [], diagnostics: [] }
        : readNow(scanned, spec));
    read.set(id, result);
    return result;
  };
  const recordsIn = (path: string, object: string): readonly Rec[] =>
    contents.has(path) ? readIn(path, object).records : base.recordsIn(path, object);
  const filesOf = (object: string): readonly string[] => filesOfObject(base, contents, object);
  const { records, record } = allRecords(filesOf, recordsIn);
  const snapshot: Snapshot = {
    ...base,
    get files() {
      return (files ??= filesWith(base, contents));
    },
    bytes,
    text,
    hash: (path) => (contents.has(path) ? hashOf(contents.get(path)) : base.hash(path)),
    doc,
    filesOf,
    records,
    recordsIn,
    rows: (object, options) =>
      [...base.filesOf(object), ...filesOf(object)].some((path) => contents.has(path))
        ? inOrder(records(object), options)
        : base.rows(object, options),
    record,
    locate: (address) => locateIn(snapshot, address),
    recordDiagnostics: (path) =>
      contents.has(path)
        ? base.objectsOf(path).flatMap((object) => readIn(path, object.object).diagnostics)
        : base.recordDiagnostics(path),
    sql: () => (view ??= openSqlView(snapshot)),
  };
  return snapshot;
}

function filesWith(base: Snapshot, contents: Contents): ReadonlyMap<string, FileEntry> {
  const changed = new Map(
    [...contents].flatMap(([path, content]) =>
      content === undefined ? [] : [[path, entryOf(base, path, Buffer.byteLength(content))]],
    ),
  );
  if ([...contents].every(([path, content]) => content !== undefined && base.files.has(path)))
    return new ChangedFiles(base.files, changed);
  const files = new Map([...base.files, ...changed]);
  for (const [path, content] of contents) if (content === undefined) files.delete(path);
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function entryOf(base: Snapshot, path: string, size: number): FileEntry {
  const entry = base.files.get(path) ?? {
    path,
    mtimeMs: base.now.getTime(),
    ctimeMs: base.now.getTime(),
    ino: 0,
    mode: 0o644,
    kind: 'file',
    links: 1,
  };
  return { ...entry, size };
}

function filesOfObject(base: Snapshot, contents: Contents, object: string): readonly string[] {
  const glob = base.schema.objects.get(object)?.glob;
  const changed = [...contents].filter(([path]) => glob !== undefined && globMatches(glob, path));
  if (changed.length === 0) return base.filesOf(object);
  const gone = new Set(changed.flatMap(([path, content]) => (content === undefined ? [path] : [])));
  return [...new Set([...base.filesOf(object), ...changed.map(([path]) => path)])]
    .filter((path) => !gone.has(path))
    .sort();
}

function scannedDoc(text: string | undefined): Doc | undefined {
  return text === undefined ? undefined : keptDoc(text);
}

function hashOf(content: string | Buffer | undefined): string | undefined {
  return content === undefined ? undefined : sha256(Buffer.from(content));
}
