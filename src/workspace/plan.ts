/** Applies changes to a draft: the new content of files, and the rows appended to logs. */
import { stamp } from '../kernel/clock.js';
import { defined } from '../kernel/defined.js';
import { NocturneError } from '../kernel/error.js';
import { globMatches } from '../kernel/glob.js';
import { appendRecord, newDocument, removeRecord, setField } from '../markdown/edit-records.js';
import { keptDoc, keptRecords } from '../markdown/kept-docs.js';
import type { Value } from '../markdown/types.js';
import type { ObjectSpec, Schema } from '../registry/types.js';
import { overlay } from './overlay.js';
import type { Change, Fields, Snapshot, StoredContent } from './types.js';

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
  /** Since when a set value is true, by file and field, if that is not now. */
  readonly valid: Map<string, string>;
  /** Files that changed outside a commit and are recorded as they are, with their old content. */
  readonly adopted: Map<string, StoredContent | undefined>;
};

export function emptyDraft(): Draft {
  return { files: new Map(), modes: new Map(), rows: [], valid: new Map(), adopted: new Map() };
}

/** The text of a file in the draft so far. */
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
  if (snapshot.objectsOf(path).some((object) => object.shape === 'log')) throw refusedForLog(path);
}

function refusedForLog(file: string): NocturneError {
  const message = `${file} is a log: only Nocturne adds rows to it, and rows never change`;
  return new NocturneError('REFUSED', message, {
    file,
    reasons: [{ code: 'append-only', message }],
  });
}

function set(snapshot: Snapshot, draft: Draft, change: Extract<Change, { kind: 'set' }>): void {
  const located = overlay(snapshot, draft.files).locate(change.address);
  if (located.object.shape === 'log') throw refusedForLog(located.file);
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
    throw new NocturneError('USAGE', `${file} cannot contain a ${object.object}`, {
      file,
      hint: `files of ${object.object}: ${object.glob}`,
    });
  if (object.shape === 'log') return addRow(draft, { object, file, fields: change.fields });
  const text = draftText(snapshot, draft, file);
  const body = change.kind === 'insert' ? change.body : undefined;
  if (object.shape === 'document') {
    if (text !== undefined)
      throw new NocturneError('EXISTS', `${file} already exists`, {
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
      `${file} is missing or not UTF-8 text, so no ${object.object} can be added`,
      { file },
    );
  const added = keyOf(object, fields);
  if (
    added !== undefined &&
    keptRecords(keptDoc(base), file, object).records.some((record) => record.key === added)
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
  const record = overlay(snapshot, draft.files).record(change.object, change.key);
  if (record === undefined)
    throw new NocturneError(
      'NOT_FOUND',
      `there is no ${change.object} with the key "${change.key}"`,
    );
  if (object.shape === 'log') throw refusedForLog(record.file);
  const text = draftText(snapshot, draft, record.file) ?? '';
  draft.files.set(
    record.file,
    object.shape === 'document' ? undefined : removeRecord(text, object, record.key),
  );
}

function objectNamed(schema: Schema, name: string): ObjectSpec {
  const object = schema.objects.get(name);
  if (object === undefined)
    throw new NocturneError('NOT_FOUND', `REGISTRY.md does not declare an object ${name}`, {
      hint: `objects: ${[...schema.objects.keys()].join(', ')}`,
    });
  return object;
}

/** The only file of an object, or its glob with the `*` replaced by the key. */
function fileFor(object: ObjectSpec, key: string | undefined): string {
  if (!object.glob.includes('*')) return object.glob;
  if (object.shape !== 'document' || key === undefined || !/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(key))
    throw new NocturneError('USAGE', `which file? ${object.object} can be in ${object.glob}`, {
      hint:
        object.shape === 'document' ? 'give a key made of letters, digits, . _ -' : 'give the file',
    });
  return object.glob.replace('*', key);
}

function keyOf(object: ObjectSpec, fields: Readonly<Record<string, Value>>): string | undefined {
  const names = object.shape === 'section' ? ['id'] : object.key;
  return names.length === 0 ? undefined : names.map((name) => String(fields[name] ?? '')).join('/');
}
