/** Resolves addresses: `FILE#field`, `FILE#key.field` and `OBJECT[key].field`. */
import { NocturneError } from '../kernel/error.js';
import type { Rec } from '../markdown/types.js';
import type { ObjectSpec } from '../registry/types.js';
import type { Located, Snapshot } from './types.js';

/**
 * A declared field that the record lacks has no cell. @throws NocturneError `BAD_ADDRESS` (form),
 * `NOT_FOUND` (file, record or field) or `AMBIGUOUS`.
 */
export function locateIn(snapshot: Snapshot, address: string): Located {
  const byObject = /^([A-Z][A-Z0-9-]*)\[([^\]]*)\]\.([a-z][a-z0-9_.]*)$/.exec(address);
  if (byObject !== null)
    return locateByObject(snapshot, {
      address,
      object: byObject[1] ?? '',
      key: byObject[2] ?? '',
      field: byObject[3] ?? '',
    });
  const hash = address.indexOf('#');
  if (hash <= 0 || hash === address.length - 1)
    throw new NocturneError('BAD_ADDRESS', `"${address}" is not an address`, {
      hint: 'write FILE#field for a document, FILE#key.field for a row or section, or OBJECT[key].field',
    });
  const file = address.slice(0, hash);
  const rest = address.slice(hash + 1);
  if (!snapshot.files.has(file))
    throw new NocturneError('NOT_FOUND', `there is no file ${file} in the workspace`, {
      hint: 'paths are relative to the workspace',
      file,
    });
  const objects = snapshot.objectsOf(file);
  if (objects.length === 0)
    throw new NocturneError('NOT_FOUND', `${file} has no object that REGISTRY.md declares`, {
      hint: 'R1 lists the files that have typed fields',
      file,
    });
  const found = objects.flatMap((object) => resolve(snapshot, { file, object, rest }));
  const [first, second] = found;
  if (first !== undefined && second !== undefined && first.object === second.object)
    throw twice(
      found.map((match) => match.record),
      first.object,
      first.record.key,
    );
  if (first !== undefined && second !== undefined)
    throw new NocturneError(
      'AMBIGUOUS',
      `"${address}" can mean ${first.object.object} or ${second.object.object}`,
      { hint: `write ${first.object.object}[${first.record.key}].${first.field}` },
    );
  if (first !== undefined)
    return {
      address,
      file,
      object: first.object,
      record: first.record,
      field: first.field,
      cell: first.record.fields.get(first.field),
    };
  throw notFound(snapshot, { address, file, objects, rest });
}

function resolve(
  snapshot: Snapshot,
  parts: { file: string; object: ObjectSpec; rest: string },
): { object: ObjectSpec; record: Rec; field: string }[] {
  const { key, field } = split(parts.object, parts.rest);
  return snapshot
    .recordsIn(parts.file, parts.object.object)
    .filter(
      (record) =>
        (key === undefined || record.key === key) &&
        (parts.object.fields.has(field) || record.fields.has(field)),
    )
    .map((record) => ({ object: parts.object, record, field }));
}

function split(object: ObjectSpec, rest: string): { key: string | undefined; field: string } {
  if (object.shape === 'document') return { key: undefined, field: rest };
  const dot = rest.lastIndexOf('.');
  return { key: rest.slice(0, Math.max(dot, 0)), field: rest.slice(dot + 1) };
}

function locateByObject(
  snapshot: Snapshot,
  parts: { address: string; object: string; key: string; field: string },
): Located {
  const object = snapshot.schema.objects.get(parts.object);
  if (object === undefined)
    throw new NocturneError('NOT_FOUND', `REGISTRY.md does not declare an object ${parts.object}`, {
      hint: `objects: ${[...snapshot.schema.objects.keys()].join(', ')}`,
    });
  const found = withKey(snapshot, object, parts.key);
  const [record, second] = found;
  if (record === undefined)
    throw new NocturneError(
      'NOT_FOUND',
      `there is no ${parts.object} with the key "${parts.key}"`,
      {
        hint: keysHint(snapshot.records(parts.object)),
      },
    );
  if (second !== undefined) throw twice(found, object, parts.key);
  if (!object.fields.has(parts.field) && !record.fields.has(parts.field))
    throw new NocturneError('NOT_FOUND', `${parts.object} has no field "${parts.field}"`, {
      hint: `its fields are ${[...object.fields.keys()].join(', ')}`,
    });
  return {
    address: parts.address,
    file: record.file,
    object,
    record,
    field: parts.field,
    cell: record.fields.get(parts.field),
  };
}

/** The key of a document is in its path: of thousands of them, only that one is read. */
function withKey(snapshot: Snapshot, object: ObjectSpec, key: string): readonly Rec[] {
  const isNamed = object.shape === 'document' && /^[^*?{}[\]]*\*[^*?{}[\]]*$/.test(object.glob);
  const path = isNamed ? object.glob.replace('*', () => key) : '';
  const [named] = snapshot.recordsIn(path, object.object);
  if (named?.key === key && snapshot.objectsOf(path).includes(object)) return [named];
  return snapshot.records(object.object).filter((record) => record.key === key);
}

function notFound(
  snapshot: Snapshot,
  parts: { address: string; file: string; objects: readonly ObjectSpec[]; rest: string },
): NocturneError {
  const [object] = parts.objects;
  if (object === undefined)
    return new NocturneError('NOT_FOUND', `"${parts.address}" does not exist`);
  const { key, field } = split(object, parts.rest);
  const records = snapshot.recordsIn(parts.file, object.object);
  const keyExists =
    key === undefined ? records.length > 0 : records.some((record) => record.key === key);
  if (!keyExists)
    return new NocturneError(
      'NOT_FOUND',
      `${parts.file} has no ${object.object} with the key "${key ?? ''}"`,
      { hint: keysHint(records), file: parts.file },
    );
  return new NocturneError('NOT_FOUND', `${object.object} has no field "${field}"`, {
    hint: `its fields are ${[...object.fields.keys()].join(', ')}`,
    file: parts.file,
  });
}

function twice(records: readonly Rec[], object: ObjectSpec, key: string): NocturneError {
  return new NocturneError(
    'AMBIGUOUS',
    `${records.length} records of ${object.object} have the key "${key}"`,
    {
      hint: `they are in ${records.map((record) => `${record.file}:${record.range.line}`).join(', ')}`,
    },
  );
}

function keysHint(records: readonly Rec[]): string {
  if (records.length === 0) return 'there are no records yet';
  return `keys: ${records
    .slice(0, 12)
    .map((record) => record.key)
    .join(', ')}${records.length > 12 ? ', …' : ''}`;
}

/** The address of a field in the change log. */
export function addressOf(
  object: ObjectSpec,
  record: { file: string; key: string },
  field: string,
): string {
  return object.shape === 'document'
    ? `${record.file}#${field}`
    : `${record.file}#${record.key}.${field}`;
}
