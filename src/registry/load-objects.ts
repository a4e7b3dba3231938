/** R1: the objects, with their fields from R2. */
import { parseLocator } from '../markdown/locator.js';
import { isLineLog } from '../markdown/read-lines.js';
import type { Shape } from '../markdown/types.js';
import { loadFields, checkField } from './load-fields.js';
import {
  cellOf,
  complain,
  globMistake,
  isInsideGlob,
  isUnread,
  type RegistryCell,
  type RegistryRow,
  type Report,
  rowsOf,
} from './registry-table.js';
import { partsOf } from './registry-part.js';
import type { FieldSpec, ObjectSpec } from './types.js';

const LOCATOR_FORMS: Readonly<Record<Shape, string>> = {
  document: 'front matter',
  table: '## Heading',
  log: '## Heading',
  section: '## FM-* or ### N-* in ## Inbox',
};
const SHAPES = Object.keys(LOCATOR_FORMS) as Shape[];

const OBJECT_NAME = /^[A-Z][A-Z0-9-]*$/;
/** The other tables of the SQL view. */
const TABLES: ReadonlySet<string> = new Set(['FILES', 'LINKS', 'EDGES', 'ROUTES', 'FIELDS']);

export const OBJECT_COLUMNS = ['Object', 'Files', 'Shape', 'Locator', 'Key', 'Readers', 'Writers'];
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
  for (const ofObject of fields.values()) {
    const [first, ...others] = ofObject.values();
    if (first === undefined) continue;
    // The others of an object that R1 does not declare say nothing new.
    checkField(report, first, objects);
    if (objects.has(first.object)) for (const field of others) checkField(report, field, objects);
  }
  return objects;
}

function readObject(
  report: Report,
  row: RegistryRow,
  fields: ReadonlyMap<string, ReadonlyMap<string, FieldSpec>>,
): ObjectSpec | undefined {
  const [name, files] = [cellOf(row, 'object'), cellOf(row, 'files')];
  if (!isFreeName(report, name)) return undefined;
  const shape = readShape(report, row);
  const locator = shape === undefined ? undefined : readLocator(report, row, shape);
  if (shape === undefined || locator === undefined) return undefined;
  if (!isInsideGlob(files.value)) {
    complain(report, files.range, `${name.value} needs a glob of files inside the workspace`, {
      actual: files.value,
    });
    return undefined;
  }
  const mistake = globMistake(files.value);
  if (mistake !== undefined)
    complain(report, files.range, `the glob of ${name.value} ${mistake}, so it matches no file`, {
      actual: files.value,
    });
  if (shape === 'log' && !fitsFiles(report, row, locator)) return undefined;
  const object: ObjectSpec = {
    object: name.value,
    shape,
    locator,
    glob: files.value,
    key: readKey(shape, cellOf(row, 'key').value),
    readers: cellOf(row, 'readers').value,
    writers: cellOf(row, 'writers').value,
    fields: fields.get(name.value) ?? new Map<string, FieldSpec>(),
    range: row.range,
  };
  checkFields(report, row, object);
  return object;
}

function isFreeName(report: Report, { value, range }: RegistryCell): boolean {
  if (!OBJECT_NAME.test(value)) {
    complain(report, range, `"${value}" is not an object name`, {
      expected: 'capital letters, digits and hyphens, such as PROJECT',
    });
    return false;
  }
  if (!TABLES.has(value) && !value.startsWith('SQLITE-')) return true;
  complain(report, range, `"${value}" is the name of another table in SQL`, {
    expected: `a name other than ${[...TABLES].join(', ')}, not beginning with SQLITE-`,
  });
  return false;
}

function readShape(report: Report, row: RegistryRow): Shape | undefined {
  const cell = cellOf(row, 'shape');
  const shape = SHAPES.find((name) => name === cell.value);
  if (shape === undefined)
    complain(report, cell.range, `${cellOf(row, 'object').value} has an unknown shape`, {
      expected: SHAPES.join(', '),
      actual: cell.value,
    });
  return shape;
}

function readLocator(
  report: Report,
  row: RegistryRow,
  shape: Shape,
): ObjectSpec['locator'] | undefined {
  const { value, range } = cellOf(row, 'locator');
  const locator = parseLocator(value, shape);
  if (locator === undefined)
    complain(report, range, `the locator of ${cellOf(row, 'object').value} cannot be read`, {
      expected: `for a ${shape}: ${LOCATOR_FORMS[shape]}`,
      actual: value,
    });
  return locator;
}

/** The locator `lines` and a `.jsonl` file need each other. */
function fitsFiles(report: Report, row: RegistryRow, locator: ObjectSpec['locator']): boolean {
  const files = cellOf(row, 'files').value;
  const { value, range } = cellOf(row, 'locator');
  const ofLines = isLineLog(files);
  if ((locator.kind === 'lines') === ofLines) return true;
  complain(
    report,
    range,
    `the locator of the log ${cellOf(row, 'object').value} does not fit its files ${files}`,
    {
      expected: ofLines
        ? 'lines, for a .jsonl file'
        : '## Heading; lines is only for a .jsonl file',
      actual: value,
    },
  );
  return false;
}

/** Checks the fields that the shape of an object needs. */
function checkFields(report: Report, row: RegistryRow, object: ObjectSpec): void {
  const { object: name, shape, fields } = object;
  const unread = isUnread(report, 'R2', `${name}.`);
  const isUndeclared = (field: string): boolean => fields.size > 0 && !fields.has(field) && !unread;
  const { range } = cellOf(row, 'object');
  if (shape === 'table' || shape === 'log')
    for (const field of object.key.filter(isUndeclared))
      complain(
        report,
        cellOf(row, 'key').range,
        `the key of ${name} names the field "${field}", which R2 does not declare`,
        { expected: `one of ${[...fields.keys()].join(', ')}`, actual: field },
      );
  if (shape === 'log' && isUndeclared('chain'))
    complain(report, range, `the log ${name} has no field chain in R2`, {
      hint: 'every log chains its rows in a last column named Chain',
    });
  if (fields.size === 0 && !unread)
    complain(report, range, `${name} has no fields in R2`, { hint: 'declare its fields under R2' });
}

function readKey(shape: Shape, text: string): string[] {
  if (shape === 'document' || text === '') return [];
  return text.split('+').map((part) => part.trim());
}
