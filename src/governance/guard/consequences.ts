/** PW-3 beyond the written file: unique values, broken references, and the rules of R6. */
import type { Diagnostic } from '../../kernel/diagnostic.js';
import { NocturneError } from '../../kernel/error.js';
import type { FieldSpec, ObjectSpec, Schema, SqlRule } from '../../registry/types.js';
import { referencesOf, targetOf, uniqueOf } from '../../validate/file-facts.js';
import type { ReferenceFact, UniqueFact } from '../../validate/fact-types.js';
import type { QueryRow } from '../../validate/query-place.js';
import { sqlViolation } from '../../validate/sql-violation.js';
import { diffFields } from '../../workspace/field-diff.js';
import { overlay } from '../../workspace/overlay.js';
import { tablesIn } from '../../workspace/asked-columns.js';
import { FIXED_TABLES, tableName } from '../../workspace/sql-view.js';
import type { Snapshot } from '../../workspace/types.js';
import type { Reason } from '../types.js';
import type { ContractFinding } from './contract.js';

/** `undefined`: the file would be gone. */
export type ProposedTexts = ReadonlyMap<string, string | undefined>;

type Consequence = { readonly reason: Reason; readonly diagnostic: Diagnostic };

const NONE: ContractFinding = { reasons: [], diagnostics: [] };
const MOST_REASONS = 20;

/**
 * What the change would break. A reason does not quote other files, which the caller may not be
 * allowed to see; the diagnostic does.
 */
export function checkConsequences(before: Snapshot, texts: ProposedTexts): ContractFinding {
  const changed = changedObjects(before, texts);
  const rules = affectedRules(before.schema, texts, changed);
  if (changed.size === 0 && rules.length === 0) return NONE;
  const change: Change = { before, after: overlay(before, texts), texts };
  const found = [
    ...[...changed].flatMap((object) => repeatedValues(change, object)),
    ...[...changed].flatMap((object) => brokenReferences(change, object)),
    ...rules.flatMap((rule) => brokenRule(change, rule)),
  ];
  // A long-running process judges thousands of writes, so the view is closed at once.
  if (rules.length > 0) change.after.sql().close();
  return {
    reasons: found.slice(0, MOST_REASONS).map((consequence) => consequence.reason),
    diagnostics: found.map((consequence) => consequence.diagnostic),
  };
}

type Change = {
  readonly before: Snapshot;
  readonly after: Snapshot;
  readonly texts: ProposedTexts;
};

/** Objects with a record that appears, disappears or gets another value. */
function changedObjects(before: Snapshot, texts: ProposedTexts): ReadonlySet<ObjectSpec> {
  const changed = new Set<ObjectSpec>();
  for (const [path, after] of texts) {
    const objects = before.objectsOf(path).filter((object) => object.shape !== 'log');
    if (objects.length === 0) continue;
    const text = before.text(path);
    if ((text === undefined) !== (after === undefined))
      for (const object of objects) changed.add(object);
    else
      for (const { object } of diffFields(objects, path, { before: text, after }))
        changed.add(object);
  }
  return changed;
}

type Reach = { readonly rule: SqlRule; readonly tables: ReadonlySet<string> };
const reaches = new WeakMap<Schema, readonly Reach[]>();

/** Error rules with the tables their queries read, found once per schema. */
function reachOf(schema: Schema): readonly Reach[] {
  const cached = reaches.get(schema);
  if (cached !== undefined) return cached;
  const names = [...FIXED_TABLES, ...[...schema.objects.keys()].map(tableName)];
  const found = schema.rules
    .filter((rule) => rule.severity === 'error')
    .map((rule) => ({ rule, tables: new Set(tablesIn(rule.sql, names)) }));
  reaches.set(schema, found);
  return found;
}

/** A query takes milliseconds, so only rules whose result can change are run. */
function affectedRules(
  schema: Schema,
  texts: ProposedTexts,
  changed: ReadonlySet<ObjectSpec>,
): readonly SqlRule[] {
  const tables = new Set(['files', ...[...changed].map((object) => tableName(object.object))]);
  if (changed.size > 0) tables.add('fields');
  if ([...texts.keys()].some((path) => path.endsWith('.md'))) tables.add('links');
  return reachOf(schema)
    .filter((reach) => [...tables].some((table) => reach.tables.has(table)))
    .map((reach) => reach.rule);
}

function repeatedValues({ before, after, texts }: Change, object: ObjectSpec): Consequence[] {
  const specs = [...object.fields.values()].filter((field) =>
    field.constraints.some((constraint) => constraint.kind === 'unique'),
  );
  return specs.flatMap((spec) => {
    const isKey = object.key.length === 1 && object.key[0] === spec.name;
    const earlier = countOf(valuesOf(before, object, spec), (occurrence) => occurrence.value);
    const groups = groupsOf(valuesOf(after, object, spec));
    return [...groups].flatMap(([value, group]): Consequence[] => {
      const twin = group.findLast((occurrence) => texts.has(occurrence.range.file)) ?? group.at(-1);
      const other = group.find((occurrence) => occurrence !== twin);
      if (twin === undefined || other === undefined || group.length <= (earlier.get(value) ?? 0))
        return [];
      // The contract reports two records with one key in one file.
      if (isKey && group.every((occurrence) => occurrence.range.file === twin.range.file))
        return [];
      return [
        {
          reason: {
            code: 'unique',
            message: `${twin.address} is "${value}", which another ${object.object} already has; use a different value`,
          },
          diagnostic: {
            rule: 'field-contract',
            severity: 'error',
            message: `${object.object}.${spec.name} would be "${value}" of both "${other.key}" and "${twin.key}"; each needs a value of its own`,
            range: twin.range,
            expected: 'a value of its own',
            actual: value,
            hint: 'each needs a value of its own',
            related: [{ message: 'also here', range: other.range }],
          },
        },
      ];
    });
  });
}

type UniqueValue = UniqueFact & { readonly key: string };

function valuesOf(snapshot: Snapshot, object: ObjectSpec, spec: FieldSpec): readonly UniqueValue[] {
  return snapshot.records(object.object).flatMap((record) => {
    const facts: UniqueFact[] = [];
    uniqueOf(object, spec, record, facts);
    return facts.map((fact) => ({ ...fact, key: record.key }));
  });
}

function groupsOf(values: readonly UniqueValue[]): ReadonlyMap<string, readonly UniqueValue[]> {
  const groups = new Map<string, UniqueValue[]>();
  for (const occurrence of values)
    groups.set(occurrence.value, [...(groups.get(occurrence.value) ?? []), occurrence]);
  return groups;
}

function brokenReferences({ before, after, texts }: Change, object: ObjectSpec): Consequence[] {
  const referring = [...before.schema.objects.values()].flatMap((other) =>
    [...other.fields.values()]
      .filter((field) => targetOf(field) === object.object)
      .map((field) => ({ other, field })),
  );
  if (referring.length === 0) return [];
  const left = new Set(after.records(object.object).map((record) => record.key));
  const gone = new Set(
    [...texts.keys()]
      .flatMap((path) => before.recordsIn(path, object.object))
      .map((record) => record.key)
      .filter((key) => !left.has(key)),
  );
  if (gone.size === 0) return [];
  const broken: ReferenceFact[] = [];
  for (const { other, field } of referring)
    for (const record of after.records(other.object)) referencesOf(other, field, record, broken);
  return broken
    .filter((fact) => gone.has(fact.key))
    .map(({ key, address, range }) => ({
      reason: {
        code: 'reference',
        message: `another field refers to the ${object.object} "${key}", which this deletes; change that reference first`,
      },
      diagnostic: {
        rule: 'reference-unresolved',
        severity: 'error',
        message: `${address} refers to the ${object.object} "${key}", which this deletes`,
        range,
        expected: `the key of a ${object.object}`,
        actual: key,
        hint: 'change the reference first',
      },
    }));
}

function brokenRule({ before, after, texts }: Change, rule: SqlRule): Consequence[] {
  const rows = rowsOf(after, rule);
  if (rows.length === 0) return [];
  const earlier = countOf(rowsOf(before, rule), (row) => identity(before, row));
  return rows.flatMap((row) => {
    const id = identity(after, row);
    const times = earlier.get(id) ?? 0;
    earlier.set(id, times - 1);
    if (times > 0) return [];
    const diagnostic = sqlViolation(after, rule, row);
    const seen = texts.has(diagnostic.range.file);
    const message = seen
      ? `${rule.id}: ${diagnostic.message}`
      : `${rule.id}: a record in another file would break this rule`;
    return [{ reason: { code: 'rule', message }, diagnostic }];
  });
}

/** `validate` reports a query that cannot run. */
function rowsOf(snapshot: Snapshot, rule: SqlRule): readonly QueryRow[] {
  try {
    return snapshot.sql().query(rule.sql).rows;
  } catch (error) {
    if (error instanceof NocturneError && error.code === 'BAD_QUERY') return [];
    throw error;
  }
}

/** By record, because lines move; a row without a record by all its values. */
function identity(snapshot: Snapshot, row: QueryRow): string {
  const file = String(row['file']);
  for (const object of snapshot.objectsOf(file))
    for (const record of snapshot.recordsIn(file, object.object))
      if (record.range.line === row['line']) return `${file}\0${object.object}\0${record.key}`;
  return JSON.stringify({ ...row, line: null });
}

function countOf<T>(items: readonly T[], idOf: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(idOf(item), (counts.get(idOf(item)) ?? 0) + 1);
  return counts;
}
