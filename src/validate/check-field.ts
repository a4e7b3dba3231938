/** Checks one value against its field's row in R2. */
import type { Diagnostic, Range } from '../kernel/diagnostic.js';
import { showControl } from '../kernel/show-control.js';
import type { Cell } from '../markdown/types.js';
import { formatFieldType } from '../registry/field-type.js';
import { fieldProblem } from '../registry/field-value.js';
import type { Constraint, FieldSpec, FieldType } from '../registry/types.js';
import { targetOf } from './file-facts.js';
import { patternInWords } from './pattern-in-words.js';

export type FieldContext = {
  /** Names the field in messages. */
  readonly address: string;
  /** Of the record: where a missing field is reported. */
  readonly range: Range;
  /** Whether an object has a record with that key. Without it, references are not checked. */
  readonly has?: (object: string, key: string) => boolean;
};

/**
 * Everything that is wrong with a field: it is missing, not of its type or against a constraint
 * (`field-contract`), or it names a record that does not exist (`reference-unresolved`). `unique`
 * concerns several records and is not checked here.
 * @param cell `undefined` if the record does not have the field at all.
 */
export function checkField(
  spec: FieldSpec,
  cell: Cell | undefined,
  context: FieldContext,
): Diagnostic[] {
  const range = cell?.range ?? context.range;
  const wrong = (message: string, parts: Partial<Diagnostic> = {}): Diagnostic => ({
    rule: 'field-contract',
    severity: 'error',
    message: `${context.address} ${message}`,
    range,
    ...parts,
  });
  if (cell === undefined || isEmpty(cell)) {
    if (
      !spec.required &&
      !(
        cell !== undefined && spec.constraints.some((constraint) => constraint.kind === 'not-empty')
      )
    )
      return [];
    const found = cell === undefined ? 'is missing' : 'is empty';
    return [
      wrong(`${found}; expected ${article(formatFieldType(spec.type))}`, {
        expected: formatFieldType(spec.type),
        actual: cell === undefined ? 'nothing' : 'empty',
      }),
    ];
  }
  const { items, problem } = isWords(spec) ? wordsOf(cell) : itemsOf(spec.type, cell);
  if (problem !== undefined)
    return [
      wrong(`is ${problem}; expected ${formatFieldType(spec.type)}`, {
        expected: formatFieldType(spec.type),
        actual: problem,
      }),
    ];
  const element = spec.type.kind === 'list' ? spec.type.of : spec.type;
  if (items.length === 0 && spec.constraints.some((constraint) => constraint.kind === 'not-empty'))
    return [
      wrong('is an empty list; expected at least one item', {
        expected: 'at least one item',
        actual: 'none',
      }),
    ];
  const diagnostics: Diagnostic[] = [];
  for (const item of items) {
    const expected = itemProblem(element, item, spec.constraints);
    if (expected !== undefined)
      diagnostics.push(
        wrong(`is "${clip(item)}"; expected ${expected}`, { expected, actual: clip(item) }),
      );
    else diagnostics.push(...unresolved(spec, item, context, range));
  }
  return diagnostics;
}

function isEmpty(cell: Cell): boolean {
  return cell.data === undefined || cell.data === null ? cell.value === '' : false;
}

/**
 * The texts to check one by one. Free text may be any structure (a condition is a map), so it has
 * no items then.
 */
function itemsOf(
  type: FieldType,
  cell: Cell,
): { readonly items: readonly string[]; readonly problem?: string } {
  const { data } = cell;
  if (type.kind !== 'list') {
    if (Array.isArray(data)) return { items: [], problem: 'a list' };
    if (typeof data === 'object' && data !== null)
      return type.kind === 'text' ? { items: [] } : { items: [], problem: 'a map' };
    return { items: [cell.value] };
  }
  if (data === undefined || data === null)
    return { items: cell.value.split(',').map((item) => item.trim()) };
  if (!Array.isArray(data))
    return typeof data === 'object' ? { items: [], problem: 'a map' } : { items: [String(data)] };
  const items: string[] = [];
  for (const item of data as readonly unknown[]) {
    if (item === null || item === undefined) return { items, problem: 'a list with an empty item' };
    if (typeof item !== 'object') items.push(String(item));
    else if (type.of.kind !== 'text')
      return { items, problem: Array.isArray(item) ? 'a list of lists' : 'a list of maps' };
  }
  return { items };
}

/** Lists of free text whose items are used as they are: nothing else is read from a map. */
const WORDS: ReadonlySet<string> = new Set([
  'RUNNER.args',
  'RUNNER.sandbox_read',
  'REPOSITORY.test',
  'REPOSITORY.shown',
  'PROJECT.next_pass.writes',
]);

function isWords({ object, name }: FieldSpec): boolean {
  return WORDS.has(`${object}.${name}`);
}

function wordsOf({ data, value }: Cell): { items: readonly string[]; problem?: string } {
  const listed: readonly unknown[] = Array.isArray(data) ? data : [];
  if (listed.some((item) => typeof item === 'object'))
    return { items: [], problem: 'a list with an item that is not a text' };
  const isLine = !Array.isArray(data) && /\s/.test(value.trim()) && !value.includes(',');
  return isLine || (typeof data === 'object' && data !== null && !Array.isArray(data))
    ? { items: [], problem: isLine ? 'one text with a blank' : 'a map' }
    : { items: listed.map(String) };
}

/** What was expected of a value, or of an item of a list, that is not empty. */
export function itemProblem(
  type: FieldType,
  text: string,
  constraints: readonly Constraint[],
): string | undefined {
  return typeProblem(type, text) ?? constraintProblem(constraints, text);
}

/** What was expected, if the text is not of the type. */
function typeProblem(type: FieldType, text: string): string | undefined {
  if (type.kind === 'ref' && text.trim() === '') return formatFieldType(type);
  return fieldProblem(type, text);
}

function constraintProblem(constraints: readonly Constraint[], text: string): string | undefined {
  for (const constraint of constraints) {
    if (constraint.kind === 'not-empty' && text.trim() === '') return 'a text that is not empty';
    if (constraint.kind === 'pattern' && !constraint.pattern.test(text))
      return patternInWords(constraint.pattern);
    if (constraint.kind !== 'range') continue;
    const { min, max } = constraint;
    const value = Number(text);
    if ((min !== undefined && !(value >= min)) || (max !== undefined && !(value <= max))) {
      if (min === undefined) return `at most ${max}`;
      return max === undefined ? `at least ${min}` : `a number from ${min} to ${max}`;
    }
  }
  return undefined;
}

function unresolved(
  spec: FieldSpec,
  key: string,
  context: FieldContext,
  range: Range,
): Diagnostic[] {
  const object = targetOf(spec);
  if (object === undefined || context.has === undefined || context.has(object, key)) return [];
  return [
    {
      rule: 'reference-unresolved',
      severity: 'error',
      message: `${context.address} is "${clip(key)}", but there is no ${object} with that key`,
      range,
      expected: `the key of a ${object}`,
      actual: clip(key),
      hint: `correct the name, or add the ${object}`,
    },
  ];
}

function article(form: string): string {
  return /^(?:a|an|the|one) /.test(form) ? form : `${/^[aeiou]/.test(form) ? 'an' : 'a'} ${form}`;
}

function clip(text: string): string {
  return showControl(text.length > 80 ? `${text.slice(0, 77)}...` : text);
}
