/** R2: the contracts of the fields of objects. */
import {
  CONSTRAINT_FORMS,
  parseConstraints,
  parseFieldType,
  referredObject,
  TYPE_FORMS,
} from './field-type.js';
import { fieldProblem } from './field-value.js';
import {
  cellOf,
  complain,
  isUnread,
  type RegistryRow,
  type Report,
  rowsOf,
} from './registry-table.js';
import { partsOf } from './registry-part.js';
import type { FieldSpec, ObjectSpec, Writer } from './types.js';

const WRITERS: readonly Writer[] = ['owner', 'bundle', 'agent'];

const FIELD_COLUMNS = ['Object', 'Field', 'Type', 'Required', 'Constraint', 'References', 'Writer'];

export function loadFields(report: Report): Map<string, Map<string, FieldSpec>> {
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
        `field ${field.object}.${field.name} has the same SQL column as another field`,
        { expected: `a name that differs from ${columnOf(field.name)} when . becomes _` },
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
  const address = `${object}.${name.value}`;
  const cell = cellOf(row, 'type');
  const type = parseFieldType(cell.value);
  if (type === undefined) {
    complain(report, cell.range, `the type of ${address} is unknown`, {
      expected: TYPE_FORMS,
      actual: cell.value,
    });
    return undefined;
  }
  return {
    object,
    name: name.value,
    type,
    required: readRequired(report, row, address),
    constraints: readConstraints(report, row, address),
    writer: readWriter(report, row, address),
    references: readReference(report, row, { address, type }),
    range: row.range,
  };
}

function readRequired(report: Report, row: RegistryRow, address: string): boolean {
  const { value, range } = cellOf(row, 'required');
  if (value !== 'yes' && value !== 'no')
    complain(report, range, `Required of ${address} is "${value}"`, {
      expected: 'yes or no',
      actual: value,
    });
  return value === 'yes';
}

function readConstraints(
  report: Report,
  row: RegistryRow,
  address: string,
): FieldSpec['constraints'] {
  const { value, range } = cellOf(row, 'constraint');
  const { constraints, bad } = parseConstraints(value);
  if (bad !== undefined)
    complain(report, range, `a constraint of ${address} cannot be read`, {
      expected: CONSTRAINT_FORMS,
      actual: bad,
    });
  return constraints;
}

function readWriter(report: Report, row: RegistryRow, address: string): Writer {
  const { value, range } = cellOf(row, 'writer');
  const writer = WRITERS.find((name) => name === value);
  if (writer === undefined)
    complain(report, range, `the writer of ${address} is unknown`, {
      expected: WRITERS.join(', '),
      actual: value,
      hint: 'until you fix this, only the owner may write the field',
    });
  return writer ?? 'owner';
}

function readReference(
  report: Report,
  row: RegistryRow,
  { address, type }: { readonly address: string; readonly type: FieldSpec['type'] },
): string | undefined {
  const { value, range } = cellOf(row, 'references');
  const target = referredObject(type) ?? (value === '' ? undefined : value);
  if (value !== '' && value !== target)
    complain(report, range, `${address} is the key of a ${target}, but References names ${value}`, {
      expected: `${target}, or -`,
      actual: value,
    });
  return target;
}

export function checkField(
  report: Report,
  field: FieldSpec,
  objects: ReadonlyMap<string, ObjectSpec>,
): void {
  const isObject = (name: string): boolean => objects.has(name) || isUnread(report, 'R1', name);
  const named = `${field.object}.${field.name}`;
  if (!isObject(field.object)) {
    complain(
      report,
      field.range,
      `R2 declares fields of ${field.object}, which R1 does not declare`,
      { hint: `add ${field.object} to R1, or correct the name` },
    );
    report.unread.add(field.object);
  }
  const target = field.references;
  if (target !== undefined && !isObject(target))
    complain(report, field.range, `${named} refers to ${target}, which R1 does not declare`, {
      expected: 'an object of R1',
      actual: target,
    });
  for (const constraint of field.constraints) {
    const where = constraint.kind === 'unique' ? constraint.where : undefined;
    const fields = objects.get(field.object)?.fields;
    if (where === undefined || fields === undefined || isUnread(report, 'R2', `${field.object}.`))
      continue;
    const compared = fields.get(where.field);
    const problem = compared === undefined ? undefined : fieldProblem(compared.type, where.value);
    if (compared === undefined)
      complain(
        report,
        field.range,
        `the constraint of ${named} names the field "${where.field}", which R2 does not declare`,
        { expected: `a field of ${field.object}`, actual: where.field },
      );
    else if (problem !== undefined)
      complain(
        report,
        field.range,
        `the constraint of ${named} never applies: ${where.field} cannot be "${where.value}"`,
        { expected: problem, actual: where.value },
      );
  }
}

function columnOf(field: string): string {
  return field.replaceAll('.', '_');
}
