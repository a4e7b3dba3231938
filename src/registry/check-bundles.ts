/** R5 against R1 and R2: a bundle names only what is declared, and writes only what a bundle may. */
import type { Range } from '../kernel/diagnostic.js';
import type { Report } from './registry-table.js';
import type { Bundle, BundleOperation, BundleTarget, Schema, ValueExpression } from './types.js';

export function checkBundles(report: Report, schema: Schema): void {
  for (const bundle of schema.bundles.values()) {
    const names = new Set(bundle.arguments.map((argument) => argument.name));
    const complain = (range: Range, message: string, hint?: string) => report.diagnostics.push({ rule: 'bundle-invalid', severity: 'error', message: `bundle ${bundle.name}: ${message}`, range, ...(hint === undefined ? {} : { hint }) });
    if (bundle.operations.length === 0) complain(bundle.range, 'it has no operation');
    for (const precondition of bundle.preconditions) {
      if (precondition.subject.kind === 'argument') checkValue({ kind: 'argument', name: precondition.subject.name }, names, (message) => complain(precondition.range, message));
      else checkTarget(schema, { target: precondition.subject.target, field: precondition.subject.field, names }, (message) => complain(precondition.range, message));
    }
    for (const operation of bundle.operations) checkOperation(schema, { bundle, operation, names }, complain);
  }
}

function checkOperation(schema: Schema, at: { bundle: Bundle; operation: BundleOperation; names: ReadonlySet<string> }, complain: (range: Range, message: string, hint?: string) => void): void {
  const { operation, names } = at;
  const object = schema.objects.get(operation.target.object);
  checkTarget(schema, { target: operation.target, field: undefined, names }, (message) => complain(operation.range, message));
  if (object === undefined) return;
  const needsKey = operation.op === 'remove' || operation.op === 'set';
  if (needsKey && operation.target.key === undefined && !(object.shape === 'document' && !object.glob.includes('*'))) complain(operation.range, `${operation.op} ${object.object} needs a key`, 'write OBJECT[{argument}]');
  if (operation.op === 'append' && object.shape === 'document') complain(operation.range, `${object.object} is a document; nothing can be appended to it`);
  if (object.shape === 'log' && operation.op !== 'append') complain(operation.range, `${object.object} is a log; rows are only appended`);
  for (const { field, value, range } of operation.fields) {
    const spec = object.fields.get(field);
    if (spec === undefined && field !== 'body' && field !== 'title') complain(range, `${object.object} has no field "${field}" in R2`, `its fields are ${[...object.fields.keys()].join(', ')}`);
    if (spec?.writer === 'owner' && operation.op === 'set') complain(range, `${object.object}.${field} is the owner's; a bundle cannot set it`, 'change its Writer in R2, or leave it out of the bundle');
    if (value.kind === 'literal' && spec?.type.kind === 'enum' && !spec.type.values.includes(value.text)) complain(range, `"${value.text}" is not a value of ${object.object}.${field}`, `expected one of ${spec.type.values.join(', ')}`);
    checkValue(value, names, (message) => complain(range, message));
  }
}

function checkTarget(schema: Schema, at: { target: BundleTarget; field: string | undefined; names: ReadonlySet<string> }, complain: (message: string) => void): void {
  const object = schema.objects.get(at.target.object);
  if (object === undefined) complain(`R1 declares no object ${at.target.object}`);
  else if (at.field !== undefined && !object.fields.has(at.field)) complain(`${object.object} has no field "${at.field}" in R2`);
  if (at.target.key !== undefined) checkValue(at.target.key, at.names, complain);
}

function checkValue(value: ValueExpression, names: ReadonlySet<string>, complain: (message: string) => void): void {
  if (value.kind === 'argument' && !names.has(value.name)) complain(`{${value.name}} is not one of its arguments (${[...names].join(', ') || 'none'})`);
}
