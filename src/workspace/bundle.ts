/** Turns a bundle of R5 with its arguments into changes and notices. */
import { dateStamp, stamp } from '../kernel/clock.js';
import { defined } from '../kernel/defined.js';
import { NocturneError } from '../kernel/error.js';
import type { Value } from '../markdown/types.js';
import type {
  Bundle,
  BundleOperation,
  BundleTarget,
  Precondition,
  ValueExpression,
} from '../registry/types.js';
import { registryError } from '../registry/registry-error.js';
import { fieldProblem } from '../registry/field-value.js';
import type { Change, Notice, Snapshot } from './types.js';

export type BundleArguments = Readonly<Record<string, Value>>;
export type BundleChanges = {
  readonly changes: readonly Change[];
  readonly notices: readonly Notice[];
};

type Scope = {
  readonly snapshot: Snapshot;
  readonly bundle: Bundle;
  readonly args: BundleArguments;
};

/**
 * @throws NocturneError `SCHEMA` (REGISTRY.md has errors), `NOT_FOUND` (no such bundle),
 * `BAD_VALUE` (arguments) or `REFUSED` (a precondition is not met).
 */
export function bundleChanges(
  snapshot: Snapshot,
  name: string,
  args: BundleArguments,
): BundleChanges {
  const error = registryError(snapshot);
  if (error !== undefined) throw error;
  const bundle = snapshot.schema.bundles.get(name);
  if (bundle === undefined)
    throw new NocturneError('NOT_FOUND', `REGISTRY.md does not declare a bundle "${name}"`, {
      hint: `bundles: ${[...snapshot.schema.bundles.keys()].join(', ')}`,
    });
  const scope = { snapshot, bundle, args };
  checkArguments(scope);
  for (const precondition of bundle.preconditions) checkPrecondition(scope, precondition);
  const changes: Change[] = [];
  const notices: Notice[] = [];
  for (const operation of bundle.operations) {
    if (operation.op === 'notify') notices.push(noticeOf(scope, operation));
    else changes.push(...changesOf(scope, operation));
  }
  return { changes, notices };
}

function checkArguments({ snapshot, bundle, args }: Scope): void {
  const usage = bundle.arguments
    .map((argument) => `${argument.name}${argument.optional ? '?' : ''}`)
    .join(', ');
  for (const name of Object.keys(args))
    if (!bundle.arguments.some((argument) => argument.name === name))
      throw new NocturneError('BAD_VALUE', `the bundle ${bundle.name} has no argument "${name}"`, {
        hint: `its arguments are ${usage}`,
      });
  for (const argument of bundle.arguments) {
    const value = args[argument.name];
    if (value === undefined || value === null || value === '') {
      if (!argument.optional)
        throw new NocturneError(
          'BAD_VALUE',
          `the bundle ${bundle.name} needs the argument ${argument.name}`,
          { hint: `its arguments are ${usage}` },
        );
      continue;
    }
    const problem = fieldProblem(
      argument.type,
      typeof value === 'object' ? JSON.stringify(value) : String(value),
      value,
    );
    if (problem !== undefined)
      throw new NocturneError(
        'BAD_VALUE',
        `the argument ${argument.name} of ${bundle.name} is ${JSON.stringify(value)}, expected ${problem}`,
      );
    if (
      argument.type.kind === 'ref' &&
      snapshot.record(argument.type.object, String(value)) === undefined
    )
      throw new NocturneError(
        'BAD_VALUE',
        `the argument ${argument.name} of ${bundle.name} is ${JSON.stringify(value)}, but there is no such ${argument.type.object}`,
      );
  }
}

function checkPrecondition(scope: Scope, precondition: Precondition): void {
  const { subject, test } = precondition;
  const found =
    subject.kind === 'argument'
      ? textOf(scope.args[subject.name] ?? null)
      : fieldText(scope, subject.target, subject.field);
  if (!passes(test, found))
    throw new NocturneError(
      'REFUSED',
      `the bundle ${scope.bundle.name} needs: ${precondition.text}; found "${found}"`,
      { file: scope.snapshot.schema.file, line: precondition.range.line },
    );
}

function passes(test: Precondition['test'], found: string): boolean {
  switch (test.kind) {
    case 'empty':
      return found === '';
    case 'not-empty':
      return found !== '';
    case 'is-not':
      return !test.values.includes(found);
    case 'is':
    case 'in':
      return test.values.includes(found);
  }
}

function fieldText(scope: Scope, target: BundleTarget, field: string): string {
  const located = scope.snapshot.locate(`${target.object}[${keyText(scope, target)}].${field}`);
  return located.cell?.value ?? '';
}

function changesOf(scope: Scope, operation: BundleOperation): Change[] {
  const { target } = operation;
  const key = keyText(scope, target);
  if (operation.op === 'remove') return [{ kind: 'remove', object: target.object, key }];
  if (operation.op === 'set')
    return operation.fields.map(({ field, value }) => ({
      kind: 'set',
      address: `${target.object}[${key}].${field}`,
      value: evaluate(scope, value, target),
    }));
  const { body, ...fields } = Object.fromEntries(
    operation.fields.map(({ field, value }) => [field, evaluate(scope, value, undefined)]),
  ) as Record<string, Value>;
  if (operation.op === 'append')
    return [
      {
        kind: 'append',
        object: target.object,
        fields: body === undefined ? fields : { ...fields, body },
      },
    ];
  const place = target.key === undefined ? {} : insertPlace(scope, target.object, key);
  return [
    {
      kind: 'insert',
      object: target.object,
      ...place,
      fields,
      ...defined({ body: typeof body === 'string' ? body : undefined }),
    },
  ];
}

/** The key of an insert names the file of an object with several files, else the record. */
function insertPlace(
  scope: Scope,
  object: string,
  key: string,
): { readonly key: string } | { readonly file: string } {
  const spec = scope.snapshot.schema.objects.get(object);
  return spec !== undefined && spec.shape !== 'document' && spec.glob.includes('*')
    ? { file: spec.glob.replace('*', key) }
    : { key };
}

/** The key in the target, else the only key of a single-file document. */
function keyText(scope: Scope, target: BundleTarget): string {
  if (target.key !== undefined) return textOf(evaluate(scope, target.key, undefined));
  return scope.snapshot.records(target.object)[0]?.key ?? '';
}

function noticeOf(scope: Scope, operation: BundleOperation): Notice {
  const text = (field: string): string =>
    textOf(
      operation.fields
        .filter((assignment) => assignment.field === field)
        .map((assignment) => evaluate(scope, assignment.value, undefined))[0] ?? null,
    );
  const body = text('body');
  const topic = text('topic');
  return {
    priority: text('priority') as Notice['priority'],
    kind: text('kind') as Notice['kind'],
    project: text('project'),
    action_needed: text('action_needed'),
    ...defined({ topic: topic || undefined, body: body || undefined }),
  };
}

function evaluate(scope: Scope, value: ValueExpression, target: BundleTarget | undefined): Value {
  const { now } = scope.snapshot;
  switch (value.kind) {
    case 'literal':
      return value.text;
    case 'null':
      return null;
    case 'now':
      return stamp(new Date(now.getTime() + value.plus));
    case 'today':
      return dateStamp(new Date(now.getTime() + value.plus));
    case 'argument':
      return scope.args[value.name] ?? null;
    case 'old':
      return target === undefined ? null : fieldText(scope, target, value.field);
  }
}

function textOf(value: Value): string {
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
