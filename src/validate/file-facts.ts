/** Collects the facts of one file: its own diagnostics, and what rules about several files need. */
import { defined } from '../kernel/defined.js';
import type { Diagnostic } from '../kernel/diagnostic.js';
import { rangeAt } from '../kernel/text-position.js';
import type { Rec } from '../markdown/types.js';
import type { FieldSpec, ObjectSpec, Schema } from '../registry/types.js';
import { addressOf } from '../workspace/address.js';
import { anchorOf, linksOf } from '../workspace/links.js';
import { wikilinksOf } from '../workspace/wikilinks.js';
import type { FileFacts, KeyFact, LinkFact, ReferenceFact, UniqueFact } from './fact-types.js';
import { fieldItems } from './field-items.js';
import type { GovernedFile } from './governed-file.js';
import type { FileRule } from './rule.js';
import { keyRange } from './record-place.js';
import { type PhaseFact, phaseFact } from './phase-facts.js';
import { readSuppressions } from './suppression.js';

/** Pure in the file's path, bytes and the schema. */
export function fileFacts(file: GovernedFile, rules: readonly FileRule[]): FileFacts {
  const facts = {
    keys: [] as KeyFact[],
    references: [] as ReferenceFact[],
    uniques: [] as UniqueFact[],
    phases: [] as PhaseFact[],
  };
  const unread: string[] = [];
  let records = 0;
  for (const object of file.objects) {
    const wanted = wantedOf(file.schema, object);
    const own = file.records(object.object);
    if (isUnread(file, own)) unread.push(object.object);
    if (object.object === 'PHASES') facts.phases.push(...own.map(phaseFact));
    records += own.length;
    for (const record of own)
      if (file.known === undefined) readFacts(object, wanted, record, facts);
      else {
        const known = file.known.factsOf(record, () =>
          readFacts(object, wanted, record, { keys: [], references: [], uniques: [] }),
        );
        for (const key of known.keys) facts.keys.push(key);
        for (const reference of known.references) facts.references.push(reference);
        for (const unique of known.uniques) facts.uniques.push(unique);
      }
  }
  return {
    diagnostics: firstCauses(rules.flatMap((rule) => rule.run(file))),
    ...facts,
    links: linkFacts(file),
    suppressions: readSuppressions(file),
    records,
    unread,
  };
}

type RecordFacts = {
  readonly keys: KeyFact[];
  readonly references: ReferenceFact[];
  readonly uniques: UniqueFact[];
};

function readFacts(
  object: ObjectSpec,
  wanted: Wanted,
  record: Rec,
  into: RecordFacts,
): RecordFacts {
  if (wanted.keys && record.key !== '')
    into.keys.push({ object: object.object, key: record.key, range: keyRange(object, record) });
  for (const spec of wanted.references) referencesOf(object, spec, record, into.references);
  for (const spec of wanted.uniques) uniqueOf(object, spec, record, into.uniques);
  return into;
}

const CAUSES: ReadonlySet<string> = new Set(['conflict-marker', 'file-missing']);

/** A page with two versions of its lines, or without its content: the rest follows from that. */
function firstCauses(found: readonly Diagnostic[]): readonly Diagnostic[] {
  const causes = found.filter(({ rule }) => CAUSES.has(rule));
  return causes.length === 0
    ? found
    : found.filter(({ rule }) => CAUSES.has(rule) || rule === 'secret');
}

function isUnread(file: GovernedFile, records: readonly Rec[]): boolean {
  return (
    (file.text === undefined || file.problems.length > 0) &&
    records.every((record) => record.fields.size === 0)
  );
}

type Wanted = {
  readonly keys: boolean;
  readonly references: readonly FieldSpec[];
  readonly uniques: readonly FieldSpec[];
};
const wantedOfSchema = new WeakMap<Schema, Map<string, Wanted>>();

function wantedOf(schema: Schema, object: ObjectSpec): Wanted {
  const byObject = wantedOfSchema.get(schema) ?? new Map<string, Wanted>();
  wantedOfSchema.set(schema, byObject);
  const ready = byObject.get(object.object);
  if (ready !== undefined) return ready;
  const fields = [...object.fields.values()];
  const wanted: Wanted = {
    keys:
      object.shape === 'document' ||
      [...schema.objects.values()].some((other) =>
        [...other.fields.values()].some((field) => targetOf(field) === object.object),
      ),
    references: fields.filter((field) => targetOf(field) !== undefined),
    uniques: fields.filter((field) =>
      field.constraints.some((constraint) => constraint.kind === 'unique'),
    ),
  };
  byObject.set(object.object, wanted);
  return wanted;
}

/** The object whose key a field, or each of its items, must be. */
export function targetOf(field: FieldSpec): string | undefined {
  const element = field.type.kind === 'list' ? field.type.of : field.type;
  return element.kind === 'ref' ? element.object : field.references;
}

/** The records that one field names. */
export function referencesOf(
  object: ObjectSpec,
  spec: FieldSpec,
  record: Rec,
  into: ReferenceFact[],
): void {
  const cell = record.fields.get(spec.name);
  const target = targetOf(spec);
  if (cell === undefined || target === undefined) return;
  for (const { text, range } of fieldItems(spec.type, cell))
    if (text !== '')
      into.push({
        object: target,
        key: text,
        address: addressOf(object, record, spec.name),
        range,
      });
}

/** The value of one field, if no other record may have it. */
export function uniqueOf(
  object: ObjectSpec,
  spec: FieldSpec,
  record: Rec,
  into: UniqueFact[],
): void {
  const cell = record.fields.get(spec.name);
  if (cell === undefined || cell.value === '') return;
  const holds = spec.constraints.some(
    (constraint) =>
      constraint.kind === 'unique' &&
      (constraint.where === undefined ||
        record.fields.get(constraint.where.field)?.value === constraint.where.value),
  );
  if (holds)
    into.push({
      object: object.object,
      field: spec.name,
      value: cell.value,
      address: addressOf(object, record, spec.name),
      range: cell.range,
    });
}

function linkFacts(file: GovernedFile): readonly LinkFact[] {
  const { doc, path } = file;
  if (doc === undefined) return [];
  const map = { starts: doc.lineStarts, length: doc.text.length };
  const wikilinks = wikilinksOf(doc).map(({ target, name, anchor, start, end }) => ({
    target,
    wiki: name,
    ...defined({ anchor: anchor === undefined ? undefined : anchorOf(anchor) }),
    range: rangeAt(map, path, start, end),
    start,
    end,
  }));
  const links = linksOf(doc, path).flatMap(({ target, path: to, anchor, start, end }) =>
    to === undefined && anchor === undefined
      ? []
      : [
          {
            target,
            ...defined({ path: to, anchor }),
            range: rangeAt(map, path, start, end),
            start,
            end,
          },
        ],
  );
  return [...links, ...wikilinks];
}
