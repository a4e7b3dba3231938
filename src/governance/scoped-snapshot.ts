/**
 * The workspace as a caller with capability `project` sees it: without the files and records of
 * other projects. Lines in shared files move up where hidden records are left out.
 */
import type { Diagnostic } from '../kernel/diagnostic.js';
import type { Rec } from '../markdown/types.js';
import type { ObjectSpec } from '../registry/types.js';
import { openSnapshot } from '../workspace/snapshot.js';
import { isLongLog } from '../workspace/log-windows.js';
import type { FileEntry, Snapshot } from '../workspace/types.js';
import { inScope } from './guard/route.js';
import type { Capability } from './types.js';

/** `writes`: globs of the pass's scope; what a pass may write it may read. */
export type ReadScope = {
  readonly capability: Capability;
  readonly project: string | undefined;
  readonly writes: readonly string[];
};

/** Fields that name the project a record is about. */
const PROJECT_FIELDS = ['project', 'slug'] as const;
/** Hidden from every limited caller: the page about all projects, and hashes of other files. */
const FOR_ALL: ReadonlySet<string> = new Set(['BRIEFING', 'APPROVAL']);

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
        base.objectsOf(path).length === 0 || isLongLog(base, path)
          ? entry
          : sized(entry, () => read(path)?.length ?? entry.size),
      );
  return openSnapshot(base.root, {
    now: base.now,
    files,
    place: base.place,
    *rows(path, spec, options) {
      const [object] = base.objectsOf(path);
      const all = inScope(scope.writes, path, false);
      for (const row of base.rows(spec.object, options))
        if (row.file === path && (all || (object !== undefined && seesRecord(scope, object, row))))
          yield row;
    },
    read: (path) => (files.has(path) ? read(path) : undefined),
  });
}

export function sees(scope: ReadScope, path: string): boolean {
  if (scope.capability === 'workspace') return true;
  const [, slug] = /^PROJECTS\/([^/]+)\/./i.exec(path) ?? [];
  return slug === undefined || slug === scope.project || inScope(scope.writes, path, false);
}

/** Findings in visible places; in shared files, not those that name another project. */
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

/** Matches the name of any other project as a whole word. */
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

/** A file that is one record (a message, say) whose fields name another project. */
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
  // A caller that may rewrite the whole file must see all of it, or it would delete what it cannot
  // see.
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

/** Log rows without a project field are hidden: they can be about any project. */
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

/** Reads the file only when somebody asks for the size. */
function sized(entry: FileEntry, size: () => number): FileEntry {
  return Object.defineProperty({ ...entry }, 'size', { enumerable: true, get: size });
}
