/** R1 and R2: object kinds and the contracts of their fields. */
import { parseLocator } from '../markdown/locator.js';
import { isLineLog } from '../markdown/read-lines.js';
import type { Shape } from '../markdown/types.js';
import {
  CONSTRAINT_FORMS,
  parseConstraints,
  parseFieldType,
  referredObject,
  TYPE_FORMS,
} from './field-type.js';
import {
  cellOf,
  complain,
  isInsideGlob,
  isUnread,
  type RegistryRow,
  type Report,
  rowsOf,
} from './registry-table.js';
import { partsOf } from './registry-part.js';
import type { FieldSpec, ObjectSpec, Writer } from './types.js';

const SHAPES: readonly Shape[] = ['document', 'table', 'log', 'section'];
const WRITERS: readonly Writer[] = ['owner', 'bundle', 'agent'];

const OBJECT_NAME = /^[A-Z][A-Z0-9-]*$/;
/** What the SQL view has tables for besides the objects. */
const TABLES: ReadonlySet<string> = new Set(['FILES', 'LINKS', 'EDGES', 'ROUTES', 'FIELDS']);

export const OBJECT_COLUMNS = ['Object', 'Files', 'Shape', 'Locator', 'Key', 'Readers', 'Writers'];
export const FIELD_COLUMNS = [
  'Object',
  'Field',
  'Type',
  'Required',
  'Constraint',
  'References',
  'Writer',
];

export function loadObjects(report: Report): Map<string, ObjectSpec> {
  const fields = loadFields(report);
  const objects = new Map<string, ObjectSpec>();
  for (const row of partsOf(report, 'R1').flatMap((part) => rowsOf(report, part, OBJECT_COLUMNS))) {
    const object = readObject(report, row, fields);
    if (object === undefined) {
      report.unread.add(
        OBJECT_NAME.test(cellOf(row, 'object').value) ? cellOf(row, 'object').value : 'R1',
      );
      continue;
    }
    if (objects.has(object.object))
      complain(report, cellOf(row, 'object').range, `object ${object.object} is declared twice`, {
        hint: 'remove one of the two rows',
      });
    else objects.set(object.object, object);
  }
  for (const field of [...fields.values()].flatMap((of) => [...of.values()]))
    checkField(report, field, objects);
  return objects;
}

function readObject(
  report: Report,
  row: RegistryRow,
  fields: ReadonlyMap<string, ReadonlyMap<string, FieldSpec>>,
): ObjectSpec | undefined {
  const [name, files, shape, locator, key] = ['object', 'files', 'shape', 'locator', 'key'].map(
    (column) => cellOf(row, column),
  );
  if (
    name === undefined ||
    files === undefined ||
    shape === undefined ||
    locator === undefined ||
    key === undefined
  )
    return undefined;
  if (!OBJECT_NAME.test(name.value)) {
    complain(report, name.range, `"${name.value}" is not an object name`, {
      expected: 'capital letters, digits and hyphens, such as PROJECT',
    });
    return undefined;
  }
  if (TABLES.has(name.value) || name.value.startsWith('SQLITE-')) {
    complain(report, name.range, `"${name.value}" is the name of another table in SQL`, {
      expected: `a name that is none of ${[...TABLES].join(', ')} and does not begin with SQLITE-`,
    });
    return undefined;
  }
  const known = SHAPES.find((one) => one === shape.value);
  if (known === undefined) {
    complain(report, shape.range, `${name.value} has an unknown shape`, {
      expected: SHAPES.join(', '),
      actual: shape.value,
    });
    return undefined;
  }
  const parsed = parseLocator(locator.value, known);
  if (parsed === undefined) {
    const form =
      known === 'document'
        ? 'front matter'
        : known === 'section'
          ? '## FM-* or ### N-* in ## Inbox'
          : '## Heading';
    complain(report, locator.range, `the locator of ${name.value} cannot be read`, {
      expected: `for a ${known}: ${form}`,
      actual: locator.value,
    });
    return undefined;
  }
  if (!isInsideGlob(files.value)) {
    complain(report, files.range, `${name.value} needs a glob of files inside the workspace`, {
      actual: files.value,
    });
    return undefined;
  }
  if (known === 'log' && (parsed.kind === 'lines') !== isLineLog(files.value)) {
    complain(
      report,
      locator.range,
      `the locator of the log ${name.value} does not fit its files ${files.value}`,
      {
        expected: isLineLog(files.value)
          ? 'lines, for a .jsonl file'
          : '## Heading; lines is for a .jsonl file',
        actual: locator.value,
      },
    );
    return undefined;
  }
  const own = fields.get(name.value) ?? new Map<string, FieldSpec>();
  const keys = readKey(known, key.value);
  const unknown = (field: string): boolean =>
    own.size > 0 && !own.has(field) && !isUnread(report, 'R2', `${name.value}.`);
  if (known === 'table' || known === 'log') {
    for (const one of keys)
      if (unknown(one))
        complain(
          report,
          key.range,
          `the key of ${name.value} names the field "${one}", which R2 does not declare`,
          { expected: `one of ${[...own.keys()].join(', ')}`, actual: one },
        );
  }
  if (known === 'log' && unknown('chain'))
    complain(report, name.range, `the log ${name.value} has no field chain in R2`, {
      hint: 'every log links its rows in a last column named Chain',
    });
  if (own.size === 0 && !isUnread(report, 'R2', `${name.value}.`))
    complain(report, name.range, `${name.value} has no field in R2`, {
      hint: 'declare its fields under R2',
    });
  return {
    object: name.value,
    shape: known,
    locator: parsed,
    glob: files.value,
    key: keys,
    readers: cellOf(row, 'readers').value,
    writers: cellOf(row, 'writers').value,
    fields: own,
    range: row.range,
  };
}

function readKey(shape: Shape, text: string): string[] {
  if (shape === 'document' || text === '') return [];
  return text.split('+').map((part) => part.trim());
}

function loadFields(report: Report): Map<string, Map<string, FieldSpec>> {
  const byObject = new Map<string, Map<string, FieldSpec>>();
  for (const row of partsOf(report, 'R2').flatMap((part) => rowsOf(report, part, FIELD_COLUMNS))) {
    const field = readField(report, row);
    if (field === undefined) {
      report.unread.add(`${cellOf(row, 'object').value}.`);
      continue;
    }
    const own: Map<string, FieldSpec> = byObject.get(field.object) ?? new Map<string, FieldSpec>();
    byObject.set(field.object, own);
    if (own.has(field.name))
      complain(
        report,
        cellOf(row, 'field').range,
        `field ${field.object}.${field.name} is declared twice`,
        { hint: 'remove one of the two rows' },
      );
    else if ([...own.keys()].some((name) => columnOf(name) === columnOf(field.name)))
      complain(
        report,
        cellOf(row, 'field').range,
        `field ${field.object}.${field.name} would be the same column as another in SQL`,
        { expected: `a name that is not ${columnOf(field.name)} when . is read as _` },
      );
    else own.set(field.name, field);
  }
  return byObject;
}

function readField(report: Report, row: RegistryRow): FieldSpec | undefined {
  const name = cellOf(row, 'field');
  const object = cellOf(row, 'object').value;
  if (!/^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$/.test(name.value)) {
    complain(report, name.range, `"${name.value}" is not a field name`, {
      expected: 'lower-case words joined by _ and parts joined by . such as phase.status',
    });
    return undefined;
  }
  const type = parseFieldType(cellOf(row, 'type').value);
  if (type === undefined) {
    complain(
      report,
      cellOf(row, 'type').range,
      `the type of ${object}.${name.value} is not known`,
      { expected: TYPE_FORMS, actual: cellOf(row, 'type').value },
    );
    return undefined;
  }
  const required = cellOf(row, 'required');
  if (required.value !== 'yes' && required.value !== 'no')
    complain(report, required.range, `Required of ${object}.${name.value} is "${required.value}"`, {
      expected: 'yes or no',
      actual: required.value,
    });
  const constraint = cellOf(row, 'constraint');
  const { constraints, bad } = parseConstraints(constraint.value);
  if (bad !== undefined)
    complain(report, constraint.range, `a constraint of ${object}.${name.value} cannot be read`, {
      expected: CONSTRAINT_FORMS,
      actual: bad,
    });
  const writer = WRITERS.find((one) => one === cellOf(row, 'writer').value);
  if (writer === undefined)
    complain(
      report,
      cellOf(row, 'writer').range,
      `the writer of ${object}.${name.value} is not known`,
      {
        expected: WRITERS.join(', '),
        actual: cellOf(row, 'writer').value,
        hint: 'until it is, only the owner may write the field',
      },
    );
  const references = cellOf(row, 'references');
  const target = referredObject(type) ?? (references.value === '' ? undefined : references.value);
  if (references.value !== '' && references.value !== target)
    complain(
      report,
      references.range,
      `${object}.${name.value} is the key of a ${target}, but References names ${references.value}`,
      { expected: `${target}, or -`, actual: references.value },
    );
  return {
    object,
    name: name.value,
    type,
    required: required.value === 'yes',
    constraints,
    references: target,
    writer: writer ?? 'owner',
    range: row.range,
  };
}

function checkField(
  report: Report,
  field: FieldSpec,
  objects: ReadonlyMap<string, ObjectSpec>,
): void {
  const isObject = (name: string): boolean => objects.has(name) || isUnread(report, 'R1', name);
  const named = `${field.object}.${field.name}`;
  if (!isObject(field.object))
    complain(
      report,
      field.range,
      `R2 declares fields of ${field.object}, which R1 does not declare`,
      { hint: `add ${field.object} to R1, or correct the name` },
    );
  const target = field.references;
  if (target !== undefined && !isObject(target))
    complain(report, field.range, `${named} refers to ${target}, which R1 does not declare`, {
      expected: 'an object of R1',
      actual: target,
    });
  for (const constraint of field.constraints) {
    const where = constraint.kind === 'unique' ? constraint.where : undefined;
    if (
      where === undefined ||
      isUnread(report, 'R2', `${field.object}.`) ||
      objects.get(field.object)?.fields.has(where.field) !== false
    )
      continue;
    complain(
      report,
      field.range,
      `the constraint of ${named} names the field "${where.field}", which R2 does not declare`,
      { expected: `a field of ${field.object}`, actual: where.field },
    );
  }
}

function columnOf(field: string): string {
  return field.replaceAll('.', '_');
}
