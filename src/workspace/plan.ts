/**
 * A change set worked out on one snapshot: the new text of every file, the rows appended to logs,
 * the fields that changed.
 */
import { stamp } from '../kernel/clock.js';
import { defined } from '../kernel/defined.js';
import { NocturneError } from '../kernel/error.js';
import { globMatches } from '../kernel/glob.js';
import { appendRecord, newDocument, removeRecord, setField } from '../markdown/edit-records.js';
import { readRecords } from '../markdown/read-records.js';
import { scan } from '../markdown/scan.js';
import type { Value } from '../markdown/types.js';
import type { ObjectSpec, Schema } from '../registry/types.js';
import { locateIn } from './address.js';
import type { Change, Fields, Snapshot } from './types.js';

export type LogRow = {
  readonly object: ObjectSpec;
  readonly file: string;
  readonly fields: Fields;
};
export type Draft = {
  /** New content by path; `undefined`: deleted. */
  readonly files: Map<string, string | Buffer | undefined>;
  readonly modes: Map<string, number>;
  readonly rows: LogRow[];
  /** When a set value became true, by file and field address, where that is not now. */
  readonly valid: Map<string, string>;
  /** Files that changed outside a commit and are taken over as they are: what they held before. */
  readonly adopted: Map<string, Buffer | undefined>;
};

export function emptyDraft(): Draft {
  return { files: new Map(), modes: new Map(), rows: [], valid: new Map(), adopted: new Map() };
}

/** The text of a file as the draft has it so far. */
export function draftText(snapshot: Snapshot, draft: Draft, path: string): string | undefined {
  if (!draft.files.has(path)) return snapshot.text(path);
  const content = draft.files.get(path);
  return Buffer.isBuffer(content) ? content.toString('utf8') : content;
}

export function applyChange(snapshot: Snapshot, draft: Draft, change: Change): void {
  switch (change.kind) {
    case 'set':
      return set(snapshot, draft, change);
    case 'append':
    case 'insert':
      return add(snapshot, draft, change);
    case 'remove':
      return remove(snapshot, draft, change);
    case 'write':
      refuseLog(snapshot, change.path);
      draft.files.set(
        change.path,
        typeof change.content === 'string' ? change.content : Buffer.from(change.content),
      );
      if (change.mode !== undefined) draft.modes.set(change.path, change.mode);
      return;
    case 'adopt':
      draft.adopted.set(change.path, change.before);
      return;
    case 'delete':
      refuseLog(snapshot, change.path);
      if (!snapshot.files.has(change.path) && draft.files.get(change.path) === undefined)
        throw new NocturneError('NOT_FOUND', `there is no file ${change.path} to delete`);
      draft.files.set(change.path, undefined);
      return;
  }
}

function refuseLog(snapshot: Snapshot, path: string): void {
  if (snapshot.objectsOf(path).some((object) => object.shape === 'log'))
    throw ofLog(path, `${path} is a log: rows are appended, nothing else is changed`);
}

function ofLog(file: string, message: string): NocturneError {
  return new NocturneError('REFUSED', message, {
    file,
    reasons: [{ code: 'append-only', message }],
  });
}

function set(snapshot: Snapshot, draft: Draft, change: Extract<Change, { kind: 'set' }>): void {
  const located = locateIn(draftView(snapshot, draft), change.address);
  if (located.object.shape === 'log')
    throw ofLog(located.file, `${located.file} is a log: rows are appended, never changed`);
  const text = draftText(snapshot, draft, located.file);
  if (text === undefined)
    throw new NocturneError('UNREADABLE', `${located.file} is not UTF-8 text`, {
      file: located.file,
    });
  draft.files.set(
    located.file,
    setField(text, located.object, {
      file: located.file,
      key: located.record.key,
      field: located.field,
      value: change.value,
    }),
  );
  if (change.valid !== undefined)
    draft.valid.set(
      `${located.file}\0${located.record.key}\0${located.field}`,
      stamp(change.valid),
    );
}

function add(
  snapshot: Snapshot,
  draft: Draft,
  change: Extract<Change, { kind: 'append' | 'insert' }>,
): void {
  const object = objectNamed(snapshot.schema, change.object);
  const key = change.kind === 'insert' ? change.key : undefined;
  const file = change.file ?? fileFor(object, key);
  if (!globMatches(object.glob, file))
    throw new NocturneError('USAGE', `${file} is no place for a ${object.object}`, {
      file,
      hint: `they are in ${object.glob}`,
    });
  if (object.shape === 'log') return addRow(draft, { object, file, fields: change.fields });
  const text = draftText(snapshot, draft, file);
  const body = change.kind === 'insert' ? change.body : undefined;
  if (object.shape === 'document') {
    if (text !== undefined)
      throw new NocturneError('EXISTS', `${file} is there already`, {
        file,
        hint: 'set its fields instead',
      });
    draft.files.set(file, newDocument(change.fields, body));
    return;
  }
  const fields: Record<string, Value> = {
    ...defined({ id: object.shape === 'section' ? key : undefined }),
    ...change.fields,
    ...defined({ body }),
  };
  const title = `# ${file.replace(/^.*\//, '').replace(/\.md$/, '')}\n`;
  const base = text ?? (object.shape === 'section' ? title : undefined);
  if (base === undefined)
    throw new NocturneError(
      'NOT_FOUND',
      `${file} is missing or not UTF-8; ${object.object} cannot be added to it`,
      { file },
    );
  const added = keyOf(object, fields);
  if (
    added !== undefined &&
    readRecords(scan(base), file, object).records.some((record) => record.key === added)
  )
    throw new NocturneError(
      'EXISTS',
      `${file} already has a ${object.object} with the key "${added}"`,
      { file },
    );
  draft.files.set(file, appendRecord(base, object, fields));
}

function addRow(draft: Draft, row: LogRow): void {
  const { object, fields } = row;
  const unknown = Object.keys(fields).find((field) => !object.fields.has(field));
  if (unknown !== undefined)
    throw new NocturneError('BAD_VALUE', `${object.object} has no field "${unknown}"`, {
      hint: `its fields are ${[...object.fields.keys()].join(', ')}`,
    });
  draft.rows.push(row);
}

function remove(
  snapshot: Snapshot,
  draft: Draft,
  change: Extract<Change, { kind: 'remove' }>,
): void {
  const object = objectNamed(snapshot.schema, change.object);
  const record = draftView(snapshot, draft)
    .records(change.object)
    .find((candidate) => candidate.key === change.key);
  if (record === undefined)
    throw new NocturneError(
      'NOT_FOUND',
      `there is no ${change.object} with the key "${change.key}"`,
    );
  if (object.shape === 'log')
    throw ofLog(record.file, `${record.file} is a log: nothing is removed from it`);
  const text = draftText(snapshot, draft, record.file) ?? '';
  draft.files.set(
    record.file,
    object.shape === 'document' ? undefined : removeRecord(text, object, record.key),
  );
}

function objectNamed(schema: Schema, name: string): ObjectSpec {
  const object = schema.objects.get(name);
  if (object === undefined)
    throw new NocturneError('NOT_FOUND', `REGISTRY.md declares no object ${name}`, {
      hint: `known: ${[...schema.objects.keys()].join(', ')}`,
    });
  return object;
}

/** The one file of an object, or the glob with its first `*` replaced by the key. */
function fileFor(object: ObjectSpec, key: string | undefined): string {
  if (!object.glob.includes('*')) return object.glob;
  if (object.shape !== 'document' || key === undefined || !/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(key))
    throw new NocturneError(
      'USAGE',
      `${object.object} lives in ${object.glob}: say in which file`,
      {
        hint:
          object.shape === 'document'
            ? 'give a key made of letters, digits, . _ -'
            : 'give the file',
      },
    );
  return object.glob.replace('*', key);
}

function keyOf(object: ObjectSpec, fields: Readonly<Record<string, Value>>): string | undefined {
  const names = object.shape === 'section' ? ['id'] : object.key;
  return names.length === 0 ? undefined : names.map((name) => String(fields[name] ?? '')).join('/');
}

/** The snapshot with the draft's texts in place of its own; only what addressing needs. */
function draftView(snapshot: Snapshot, draft: Draft): Snapshot {
  const recordsIn: Snapshot['recordsIn'] = (path, object) => {
    const spec = snapshot.schema.objects.get(object);
    if (!draft.files.has(path) || spec === undefined) return snapshot.recordsIn(path, object);
    const text = draftText(snapshot, draft, path);
    return text === undefined ? [] : readRecords(scan(text), path, spec).records;
  };
  if (draft.files.size === 0) return snapshot;
  const created = [...draft.files.keys()].filter((path) => !snapshot.files.has(path));
  const files = created.length === 0 ? snapshot.files : new Map(snapshot.files);
  if (files instanceof Map)
    for (const path of created)
      files.set(path, {
        path,
        size: 0,
        mtimeMs: 0,
        ino: 0,
        kind: 'file',
        links: 1,
        ctimeMs: 0,
        mode: 0o644,
      });
  const filesOf: Snapshot['filesOf'] = (object) => [
    ...snapshot.filesOf(object),
    ...created.filter((path) => snapshot.objectsOf(path).some((spec) => spec.object === object)),
  ];
  return {
    ...snapshot,
    files,
    recordsIn,
    filesOf,
    records: (object) => filesOf(object).flatMap((path) => recordsIn(path, object)),
  };
}
