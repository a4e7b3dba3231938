/** Checks R5 against R1 and R2: bundles use only declared names, and write only what they may. */
import type { Range } from '../kernel/diagnostic.js';
import { referredObject } from './field-type.js';
import { fieldProblem } from './field-value.js';
import { isUnread, type Report } from './registry-table.js';
import type {
  Bundle,
  BundleOperation,
  BundleTarget,
  FieldSpec,
  ObjectSpec,
  Schema,
  ValueExpression,
} from './types.js';

type More = { readonly expected?: string; readonly actual?: string; readonly hint?: string };
type Complain = (range: Range, message: string, more?: More) => void;
type Scope = {
  readonly report: Report;
  readonly schema: Schema;
  readonly bundle: Bundle;
  readonly names: ReadonlySet<string>;
  readonly complain: Complain;
};

export function checkBundles(report: Report, schema: Schema): void {
  for (const bundle of schema.bundles.values()) {
    const complain: Complain = (range, message, more) =>
      report.diagnostics.push({
        rule: 'bundle-invalid',
        severity: 'error',
        message: `bundle ${bundle.name}: ${message}`,
        range,
        ...more,
      });
    checkBundle({
      report,
      schema,
      bundle,
      names: new Set(bundle.arguments.map((argument) => argument.name)),
      complain,
    });
  }
}

function checkBundle(scope: Scope): void {
  const { bundle } = scope;
  if (bundle.operations.length === 0 && !isUnread(scope.report, bundle.name))
    scope.complain(bundle.range, 'it has no operations');
  for (const argument of bundle.arguments) {
    const object = referredObject(argument.type);
    if (object !== undefined) checkObject(scope, bundle.range, object);
  }
  for (const { subject, range } of bundle.preconditions) {
    if (subject.kind === 'argument')
      checkValue(scope, range, { kind: 'argument', name: subject.name });
    else checkTarget(scope, range, { target: subject.target, field: subject.field });
  }
  checkTests(scope);
  for (const operation of bundle.operations) checkOperation(scope, operation);
  checkTwice(scope);
}

/** A precondition that compares with a value that the field cannot have would decide nothing. */
function checkTests({ schema, bundle, complain }: Scope): void {
  for (const { subject, test, range } of bundle.preconditions) {
    const type =
      subject.kind === 'argument'
        ? bundle.arguments.find(({ name }) => name === subject.name)?.type
        : schema.objects.get(subject.target.object)?.fields.get(subject.field)?.type;
    if (type === undefined || !('values' in test)) continue;
    for (const value of test.values) {
      const problem = fieldProblem(type, value);
      if (problem !== undefined)
        complain(range, `a precondition compares with "${value}", which the field cannot be`, {
          expected: problem,
          actual: value,
        });
    }
  }
}

/** Of two values of one field of one record, the first would be lost. */
function checkTwice({ bundle, complain }: Scope): void {
  const seen = new Set<string>();
  for (const [i, { op, target, fields }] of bundle.operations.entries())
    for (const { field, range } of fields) {
      // Each other operation makes a record of its own.
      const id = JSON.stringify([target, op === 'set' ? '' : i, field]);
      if (seen.has(id))
        complain(range, `${target.object}.${field} has two values`, {
          expected: 'one row for each field',
          hint: 'remove one of the two rows',
        });
      seen.add(id);
    }
}

function checkOperation(scope: Scope, operation: BundleOperation): void {
  const { complain } = scope;
  const object = checkTarget(scope, operation.range, {
    target: operation.target,
    field: undefined,
  });
  if (object === undefined) return;
  const needsKey = operation.op === 'remove' || operation.op === 'set';
  if (object.shape === 'log' && operation.op !== 'append')
    return complain(
      operation.range,
      `${object.object} is a log, so a bundle can only append to it`,
      {
        expected: 'append',
        actual: operation.op,
      },
    );
  if (
    needsKey &&
    operation.target.key === undefined &&
    !(object.shape === 'document' && !object.glob.includes('*'))
  )
    complain(operation.range, `${operation.op} ${object.object} needs a key`, {
      hint: 'write OBJECT[{argument}]',
    });
  if (operation.op === 'append' && object.shape === 'document')
    complain(operation.range, `${object.object} is a document, so a bundle cannot append to it`);
  for (const { field, value, range } of operation.fields) {
    const spec = checkField(scope, range, { object, field });
    if (spec?.writer === 'owner' && operation.op === 'set')
      complain(range, `only the owner may write ${object.object}.${field}`, {
        hint: 'change its Writer in R2, or remove it from the bundle',
      });
    const problem =
      spec === undefined || value.kind !== 'literal'
        ? undefined
        : fieldProblem(spec.type, value.text);
    if (problem !== undefined && value.kind === 'literal')
      complain(range, `"${value.text}" is not a value of ${object.object}.${field}`, {
        expected: problem,
        actual: value.text,
      });
    if (value.kind === 'old' && operation.op !== 'set')
      complain(range, `{old.${value.field}} works only in a set operation, on an existing record`, {
        expected: 'set',
        actual: operation.op,
      });
    else if (value.kind === 'old') checkField(scope, range, { object, field: value.field });
    checkValue(scope, range, value);
  }
}

function checkTarget(
  scope: Scope,
  range: Range,
  usage: { readonly target: BundleTarget; readonly field: string | undefined },
): ObjectSpec | undefined {
  const object = checkObject(scope, range, usage.target.object);
  if (object !== undefined && usage.field !== undefined)
    checkField(scope, range, { object, field: usage.field });
  if (usage.target.key !== undefined) checkValue(scope, range, usage.target.key);
  return object;
}

function checkObject(
  { report, schema, complain }: Scope,
  range: Range,
  name: string,
): ObjectSpec | undefined {
  const object = schema.objects.get(name);
  if (object === undefined && !isUnread(report, 'R1', name))
    complain(range, `R1 does not declare an object ${name}`, {
      expected: 'an object of R1',
      actual: name,
    });
  return object;
}

/** The `body` and `title` of a section need no row in R2. */
function checkField(
  { report, complain }: Scope,
  range: Range,
  { object, field }: { readonly object: ObjectSpec; readonly field: string },
): FieldSpec | undefined {
  const spec = object.fields.get(field);
  if (
    spec === undefined &&
    field !== 'body' &&
    field !== 'title' &&
    !isUnread(report, 'R2', `${object.object}.`)
  )
    complain(range, `${object.object} has no field "${field}" in R2`, {
      expected: `one of ${[...object.fields.keys()].join(', ')}`,
      actual: field,
    });
  return spec;
}

function checkValue(
  { report, bundle, names, complain }: Scope,
  range: Range,
  value: ValueExpression,
): void {
  if (value.kind === 'argument' && !names.has(value.name) && !isUnread(report, `${bundle.name}()`))
    complain(range, `{${value.name}} is not an argument of the bundle`, {
      expected: [...names].join(', ') || 'no arguments',
      actual: value.name,
    });
}
