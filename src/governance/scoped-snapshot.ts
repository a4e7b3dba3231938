/**
 * The workspace as a caller with the capability `project` sees it: files and records of other
 * projects are not there, in the same way as what
 * never was. Lines of shared files move up where records before them are left out.
 */
import type { Diagnostic } from '../kernel/diagnostic.js';
import type { Rec } from '../markdown/types.js';
import type { ObjectSpec } from '../registry/types.js';
import { openSnapshot } from '../workspace/snapshot.js';
import type { FileEntry, Snapshot } from '../workspace/types.js';
import { inScope } from './guard/route.js';
import type { Capability } from './types.js';

/** `writes`: globs of the pass's scope; what may be written may be read. */
export type ReadScope = {
  readonly capability: Capability;
  readonly project: string | undefined;
  readonly writes: readonly string[];
};

/** Fields that say which project a record is about. */
const PROJECT_FIELDS = ['project', 'slug'] as const;
/**
 * Records that nobody sees who does not see everything: the page about all projects, and hashes of
 * what stands in files of others.
 */
const FOR_ALL: ReadonlySet<string> = new Set(['BRIEFING', 'APPROVAL']);

/** A scope that limits nothing gives the snapshot back as it is. */
export function scopedSnapshot(base: Snapshot, scope: ReadScope): Snapshot {
  if (scope.capability === 'workspace') return base;
  const redacted = new Map<string, Buffer | undefined>();
  const read = (path: string): Buffer | undefined => {
    if (!redacted.has(path)) redacted.set(path, seenBytes(base, scope, path));
    return redacted.get(path);
  };
  const files = new Map<string, FileEntry>();
  for (const [path, entry] of base.files)
    if (sees(scope, path) && !isOfAnother(base, scope, path))
      files.set(
        path,
        base.objectsOf(path).length === 0
          ? entry
          : sized(entry, () => read(path)?.length ?? entry.size),
      );
  return openSnapshot(base.root, {
    now: base.now,
    files,
    read: (path) => (files.has(path) ? read(path) : undefined),
  });
}

/** Whether a path is the own project's, or shared. */
export function sees(scope: ReadScope, path: string): boolean {
  if (scope.capability === 'workspace') return true;
  const [, slug] = /^PROJECTS\/([^/]+)\/./i.exec(path) ?? [];
  return slug === undefined || slug === scope.project || inScope(scope.writes, path, false);
}

/**
 * Findings about what the scope sees. Of findings in shared files those that name another project
 * are left out.
 */
export function seenDiagnostics(
  base: Snapshot,
  scope: ReadScope,
  found: readonly Diagnostic[],
): readonly Diagnostic[] {
  if (scope.capability === 'workspace') return found;
  const others = otherProjects(base, scope);
  const hidden = new Map<string, readonly Rec[]>();
  const hiddenIn = (path: string): readonly Rec[] => {
    const records = hidden.get(path) ?? hiddenRecords(base, scope, path);
    hidden.set(path, records);
    return records;
  };
  return found.flatMap((diagnostic) => {
    const places = [diagnostic.range, ...(diagnostic.related ?? []).map((other) => other.range)];
    const texts = [
      diagnostic.message,
      diagnostic.hint,
      diagnostic.expected,
      diagnostic.actual,
      ...(diagnostic.related ?? []).map((other) => other.message),
    ];
    const isSeen =
      places.every(
        (place) =>
          sees(scope, place.file) &&
          !hiddenIn(place.file).some(
            (record) => place.line >= record.range.line && place.line <= record.range.endLine,
          ),
      ) && !others.test(texts.join('\n'));
    return isSeen ? [diagnostic] : [];
  });
}

/** Matches the name of any other project as a word. */
function otherProjects(base: Snapshot, scope: ReadScope): RegExp {
  const fromPaths = [...base.files.keys()].flatMap((path) => {
    const slug = /^PROJECTS\/([^/]+)\/./i.exec(path)?.[1];
    return slug === undefined || sees(scope, path) ? [] : [slug];
  });
  const names = new Set(
    [...fromPaths, ...base.records('DISPATCH').map((row) => row.key)].filter(
      (name) => name !== scope.project && name !== '',
    ),
  );
  return names.size === 0
    ? /(?!)/
    : new RegExp(
        `(?<![\\w-])(?:${[...names].map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})(?![\\w-])`,
      );
}

/** A file that is one record as a whole (a message, say), of another project by its own words. */
function isOfAnother(base: Snapshot, scope: ReadScope, path: string): boolean {
  const documents = base.objectsOf(path).filter((object) => object.shape === 'document');
  return (
    !inScope(scope.writes, path, false) &&
    documents.some((object) =>
      base.recordsIn(path, object.object).some((record) => !seesRecord(scope, object, record)),
    )
  );
}

function seenBytes(base: Snapshot, scope: ReadScope, path: string): Buffer | undefined {
  const hidden = hiddenRecords(base, scope, path);
  const text = base.text(path);
  // Without text there are no records.
  if (hidden.length === 0 || text === undefined) return base.bytes(path);
  const parts: string[] = [];
  let offset = 0;
  for (const { start, end } of hidden
    .map((record) => wholeLines(text, record))
    .sort((a, b) => a.start - b.start)) {
    if (start > offset) parts.push(text.slice(offset, start));
    offset = Math.max(offset, end);
  }
  parts.push(text.slice(offset));
  return Buffer.from(parts.join(''), 'utf8');
}

function hiddenRecords(base: Snapshot, scope: ReadScope, path: string): readonly Rec[] {
  // Whoever may write the whole file would else take away what it does not see.
  if (inScope(scope.writes, path, false)) return [];
  return base
    .objectsOf(path)
    .flatMap((object) =>
      object.shape === 'document'
        ? []
        : base
            .recordsIn(path, object.object)
            .filter((record) => !seesRecord(scope, object, record)),
    );
}

/**
 * Rows of a log in which no field says which project they are about are not seen: they tell of all.
 */
function seesRecord(scope: ReadScope, object: ObjectSpec, record: Rec): boolean {
  if (FOR_ALL.has(object.object)) return false;
  const fields = PROJECT_FIELDS.filter((name) => object.fields.has(name));
  if (fields.length === 0) return object.shape !== 'log';
  return fields.every((name) => {
    const value = record.fields.get(name)?.value ?? '';
    return value === '' || value === scope.project;
  });
}

function wholeLines(text: string, record: Rec): { readonly start: number; readonly end: number } {
  const start = text.lastIndexOf('\n', record.start - 1) + 1;
  const newline = text.indexOf('\n', Math.max(record.end - 1, start));
  return { start, end: newline === -1 ? text.length : newline + 1 };
}

/** The size of what is seen, worked out when it is asked for. */
function sized(entry: FileEntry, size: () => number): FileEntry {
  return Object.defineProperty({ ...entry }, 'size', { enumerable: true, get: size });
}
