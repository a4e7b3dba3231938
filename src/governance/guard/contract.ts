/** PW-3: the new records against R2, and who may change which field. */
import type { Diagnostic } from '../../kernel/diagnostic.js';
import { keptDoc, keptRecords } from '../../markdown/kept-docs.js';
import type { Doc, Rec } from '../../markdown/types.js';
import type { ObjectSpec } from '../../registry/types.js';
import { checkField } from '../../validate/check-field.js';
import { addressOf } from '../../workspace/address.js';
import { diffFields } from '../../workspace/field-diff.js';
import type { Snapshot } from '../../workspace/types.js';
import type { Reason } from '../types.js';

export type ContractFinding = {
  readonly reasons: readonly Reason[];
  readonly diagnostics: readonly Diagnostic[];
};

const MOST_REASONS = 20;

/** Problems that the new text has and the old one did not. @param after `undefined`: deleted. */
export function checkContract(
  snapshot: Snapshot,
  path: string,
  after: string | undefined,
): ContractFinding {
  const objects = snapshot.objectsOf(path);
  if (objects.length === 0 || after === undefined) return { reasons: [], diagnostics: [] };
  const before = snapshot.text(path);
  const earlier = count(before === undefined ? [] : problemsIn(snapshot, path, keptDoc(before)));
  const fresh = problemsIn(snapshot, path, keptDoc(after)).filter((problem) => {
    const left = earlier.get(identity(problem)) ?? 0;
    earlier.set(identity(problem), left - 1);
    return left <= 0;
  });
  const errors = fresh.filter((problem) => problem.severity === 'error');
  const reasons = errors.slice(0, MOST_REASONS).map(
    (problem): Reason => ({
      code: 'contract',
      message: `line ${problem.range.line}: ${problem.message}`,
    }),
  );
  if (errors.length > MOST_REASONS)
    reasons.push({ code: 'contract', message: `and ${errors.length - MOST_REASONS} more errors` });
  return { reasons, diagnostics: fresh };
}

/** Fields that only the owner or only bundles may change. */
export function checkWriters(
  snapshot: Snapshot,
  path: string,
  after: string | undefined,
): readonly Reason[] {
  const objects = snapshot.objectsOf(path);
  if (objects.length === 0) return [];
  const reasons: Reason[] = [];
  for (const { object, field, address } of diffFields(objects, path, {
    before: snapshot.text(path),
    after,
  })) {
    const writer = object.fields.get(field)?.writer;
    if (writer === 'owner')
      reasons.push({ code: 'field-writer', message: `only the owner writes ${address}` });
    if (writer === 'bundle')
      reasons.push({ code: 'field-writer', message: `only bundles write ${address}` });
  }
  return reasons;
}

function problemsIn(snapshot: Snapshot, path: string, doc: Doc): Diagnostic[] {
  return snapshot.objectsOf(path).flatMap((object) => {
    const { records, diagnostics } = keptRecords(doc, path, object);
    return [
      ...diagnostics,
      ...records.flatMap((record) => fieldProblems(snapshot, object, record)),
      ...repeated(object, path, records),
    ];
  });
}

function fieldProblems(snapshot: Snapshot, object: ObjectSpec, record: Rec): Diagnostic[] {
  const has = (other: string, key: string): boolean =>
    other === object.object || isThere(snapshot, other, key);
  return [...object.fields.values()].flatMap((field) =>
    checkField(field, record.fields.get(field.name), {
      address: addressOf(object, record, field.name),
      range: record.range,
      has,
    }),
  );
}

/** A document's key is in its path, so a reference need not read every document. */
function isThere(snapshot: Snapshot, object: string, key: string): boolean {
  const spec = snapshot.schema.objects.get(object);
  if (spec?.shape === 'document' && spec.glob.split('*').length === 2 && !/[/*]/.test(key))
    return snapshot.files.has(spec.glob.replace('*', key));
  return snapshot.record(object, key) !== undefined;
}

function repeated(object: ObjectSpec, path: string, records: readonly Rec[]): Diagnostic[] {
  if (object.shape === 'log' || object.shape === 'document') return [];
  const seen = new Set<string>();
  return records.flatMap((record): Diagnostic[] => {
    const twice = seen.has(record.key);
    seen.add(record.key);
    return twice
      ? [
          {
            rule: 'key-unique',
            severity: 'error',
            message: `${path} has two ${object.object} records with the key "${record.key}"`,
            range: record.range,
            expected: 'each key once',
            actual: record.key,
          },
        ]
      : [];
  });
}

function identity(problem: Diagnostic): string {
  return `${problem.rule}\0${problem.message}`;
}

function count(problems: readonly Diagnostic[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const problem of problems)
    counts.set(identity(problem), (counts.get(identity(problem)) ?? 0) + 1);
  return counts;
}
