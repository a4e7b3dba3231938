/** Rule field-contract: each field exists and matches its type and constraints in R2. */
import { defined } from '../../kernel/defined.js';
import type { Diagnostic, TextEdit } from '../../kernel/diagnostic.js';
import { nearestName } from '../../kernel/nearest-name.js';
import { findTable } from '../../markdown/find-records.js';
import { rangeOf } from '../../markdown/range-of.js';
import { nearItems } from '../../markdown/near-items.js';
import { fieldName } from '../../markdown/field-name.js';
import type { Cell, Rec } from '../../markdown/types.js';
import type { FieldSpec, ObjectSpec } from '../../registry/types.js';
import { addressOf } from '../../workspace/address.js';
import { checkField, itemProblem } from '../check-field.js';
import { itemRange } from '../field-items.js';
import type { GovernedFile } from '../governed-file.js';
import { fieldRange } from '../record-place.js';
import type { FileRule, WorkspaceRule } from '../rule.js';

export const fieldContract: FileRule = {
  kind: 'file',
  id: 'field-contract',
  severity: 'error',
  suppressible: 'never',
  run: (file) => file.objects.flatMap((object) => checkObject(file, object)),
};

/** `unique` and `unique where`, which concern several records. */
export const fieldUnique: WorkspaceRule = {
  kind: 'workspace',
  id: 'field-contract',
  severity: 'error',
  suppressible: 'never',
  isTraced: true,
  run: ({ schema, facts }) => {
    const first = new Map<
      string,
      { readonly address: string; readonly range: Diagnostic['range'] }
    >();
    const found: Diagnostic[] = [];
    for (const { uniques } of facts.values()) {
      for (const { object, field, value, address, range } of uniques) {
        const id = `${object}\0${field}\0${value}`;
        const earlier = first.get(id);
        if (earlier === undefined) first.set(id, { address, range });
        else if (earlier.range.file !== range.file || !isKey(schema.objects.get(object), field)) {
          const message = `${address} is "${value}", as on line ${earlier.range.line}${earlier.range.file === range.file ? '' : ` of ${earlier.range.file}`}; expected a value that no other ${object} has`;
          found.push({
            rule: 'field-contract',
            severity: 'error',
            message,
            range,
            expected: 'a unique value',
            actual: value,
            related: [{ message: 'first here', range: earlier.range }],
          });
        }
      }
    }
    return found;
  },
};

/** Whether a field is the whole key of an object, which key-unique checks. */
function isKey(object: ObjectSpec | undefined, field: string): boolean {
  return object !== undefined && object.key.length === 1 && object.key[0] === field;
}

function checkObject(file: GovernedFile, object: ObjectSpec): Diagnostic[] {
  const broken = new Set(file.problems.map((problem) => problem.range.line));
  const absent = absentColumns(file, object);
  const found = absent.diagnostics;
  for (const record of file.records(object.object)) {
    // If cells are missing or front matter cannot be read, reports would be about the wrong field.
    if (broken.has(record.range.line) && object.shape !== 'section') continue;
    if (object.shape === 'document' && record.fields.size === 0 && file.problems.length > 0)
      continue;
    if (file.known?.isRight(record) === true) continue;
    const before = found.length;
    const wrong = misspelled(object, record);
    const meant = new Set(wrong.map(({ expected }) => expected));
    for (const spec of object.fields.values())
      if (!absent.columns.has(spec.name) && !(meant.has(spec.name) && isLacking(record, spec)))
        found.push(...checkOne(file, { object, record, spec }));
    found.push(...wrong);
    if (found.length === before) file.known?.addRight(record);
  }
  return found;
}

function checkOne(
  file: GovernedFile,
  target: { readonly object: ObjectSpec; readonly record: Rec; readonly spec: FieldSpec },
): Diagnostic[] {
  const { object, record, spec } = target;
  const cell = record.fields.get(spec.name);
  if (isPlainlyRight(spec, cell) || isReported(file, target)) return [];
  const range = fieldRange(object, record, spec.name);
  return checkField(spec, cell, { address: addressOf(object, record, spec.name), range }).map(
    (diagnostic) => {
      if (cell === undefined) return diagnostic;
      if (spec.type.kind === 'list' && diagnostic.actual !== undefined && cell.data !== undefined)
        return { ...diagnostic, range: itemRange(cell, diagnostic.actual) };
      const fix = caseFix(file.path, spec, cell);
      return fix === undefined ? diagnostic : { ...diagnostic, fix: [fix] };
    },
  );
}

/** A field of a section whose YAML or whose line is not read, which another rule reports. */
function isReported(
  { doc, problems }: GovernedFile,
  {
    object,
    record,
    spec,
  }: { readonly object: ObjectSpec; readonly record: Rec; readonly spec: FieldSpec },
): boolean {
  if (object.shape !== 'section' || doc === undefined) return false;
  const cell = record.fields.get(spec.name);
  if (cell !== undefined)
    return problems.some(
      ({ rule, range }) =>
        rule === 'record-shape' &&
        range.line >= cell.range.line - 1 &&
        range.line <= cell.range.endLine &&
        cell.range.line < cell.range.endLine,
    );
  return nearItems(doc, record, new Set([spec.name])).some(({ value }) => value !== '');
}

/** Most fields. A report needs their place and address, which take longer than the check. */
function isPlainlyRight(spec: FieldSpec, cell: Cell | undefined): boolean {
  if (cell === undefined) return !spec.required;
  const { type, constraints, required } = spec;
  if (cell.data !== undefined || type.kind === 'list') return false;
  return cell.value === ''
    ? !required && constraints.length === 0
    : itemProblem(type, cell.value, constraints) === undefined;
}

/** The right word if only case or blanks around it differ. */
function caseFix(path: string, { type }: FieldSpec, cell: Cell): TextEdit | undefined {
  const choices = type.kind === 'bool' ? ['true', 'false'] : [];
  const words = type.kind === 'enum' ? type.values : choices;
  const wanted = cell.value.trim().toLowerCase();
  const meant = words.filter((value) => value.toLowerCase() === wanted);
  return meant.length === 1 && meant[0] !== undefined && meant[0] !== cell.value
    ? { file: path, start: cell.start, end: cell.end, newText: meant[0] }
    : undefined;
}

/** Required columns that the table lacks: reported once, at its header, not in every row. */
function absentColumns(
  file: GovernedFile,
  object: ObjectSpec,
): { readonly columns: ReadonlySet<string>; readonly diagnostics: Diagnostic[] } {
  const none = { columns: new Set<string>(), diagnostics: [] };
  const { doc, path } = file;
  if (doc === undefined || object.locator.kind !== 'table') return none;
  const found = findTable(doc, object.locator);
  if (found.kind !== 'found') return none;
  const { header } = found.table;
  const columns = header.cells.map((cell) => fieldName(doc.text.slice(cell.start, cell.end)));
  const missing = [...object.fields.values()].filter((spec) => !columns.includes(spec.name));
  const required = missing
    .filter((spec) => spec.required && !object.key.includes(spec.name))
    .map((spec) => spec.name);
  const range = rangeOf(doc, path, header);
  const diagnostics = required.map((name): Diagnostic => {
    const near = nearestName(
      name,
      columns.filter((column) => !object.fields.has(column)),
    );
    return {
      rule: 'field-contract',
      severity: 'error',
      message: `the table of ${object.object} has no column ${name}, which R2 requires`,
      range,
      expected: name,
      actual: columns.join(', '),
      ...defined({ hint: near === undefined ? undefined : `did you mean the column "${near}"?` }),
    };
  });
  return { columns: new Set(missing.map((spec) => spec.name)), diagnostics };
}

function isLacking(record: Rec, { name }: FieldSpec): boolean {
  return !record.fields.has(name);
}

/** The field of the owner with that name in a group, as `next_pass.writes` for `writes`. */
function inGroup(name: string, lacking: readonly FieldSpec[]): string | undefined {
  return lacking.find((spec) => spec.writer === 'owner' && spec.name.endsWith(`.${name}`))?.name;
}

/** A name that R2 does not declare but that resembles a declared one. */
function misspelled(object: ObjectSpec, record: Rec): Diagnostic[] {
  const found: Diagnostic[] = [];
  // Of a table, the missing column is reported at its header.
  const stands = (name: string): boolean =>
    object.fields.get(name)?.required === true && object.locator.kind !== 'table';
  for (const [name, cell] of record.fields) {
    if (object.fields.has(name) || name === 'body' || name === 'title' || name === 'id') continue;
    const lacking = [...object.fields.values()].filter((spec) => isLacking(record, spec));
    const meant =
      inGroup(name, lacking) ??
      nearestName(
        name,
        lacking.map((spec) => spec.name),
      );
    if (meant !== undefined)
      found.push({
        rule: 'field-contract',
        severity: stands(meant) ? 'error' : 'warning',
        message: `${object.object} has no field "${name}"; did you mean "${meant}"?`,
        range: cell.range,
        expected: meant,
        actual: name,
      });
  }
  return found;
}
