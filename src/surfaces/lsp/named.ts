/** Which record the cursor names, and every place that names a record. */
import { posix } from 'node:path';
import type { Range } from '../../kernel/diagnostic.js';
import { PHASES_FILE } from '../../project/phases.js';
import { projectDirectory } from '../../project/project-directory.js';
import { fieldText } from '../../project/field-text.js';
import type { FieldSpec, ObjectSpec, Schema } from '../../registry/types.js';
import { targetOf } from '../../validate/file-facts.js';
import { fieldItems } from '../../validate/field-items.js';
import { linkPath } from '../../validate/link-path.js';
import { keyRange } from '../../validate/record-place.js';
import type { Snapshot } from '../../workspace/types.js';
import type { Cursor } from './cursor/types.js';
import type { LiveWorkspace } from './live-workspace.js';

/** `phases`: the page of a phase, whose names count only in their project. */
export type Named = {
  readonly object: string;
  readonly key: string;
  readonly phases?: string;
};

/** @param cursor `undefined` names the record whose page it is, if the cursor is at its start. */
export function namedAt(
  snapshot: Snapshot,
  path: string,
  at: { readonly cursor: Cursor | undefined; readonly offset: number },
): Named | undefined {
  const { cursor, offset } = at;
  const doc = snapshot.doc(path);
  if (cursor?.kind === 'value' && doc !== undefined) {
    const word = doc.text.slice(cursor.start, cursor.end).replaceAll('`', '');
    return word === '' ? undefined : namedBy(snapshot, path, { cursor, word });
  }
  const title = doc?.headings.find(({ depth }) => depth === 1);
  const isTitle = title !== undefined && offset >= title.start && offset <= title.end;
  const isFirst = doc?.frontMatter !== undefined && offset < doc.frontMatter.contentStart;
  if (!isTitle && !isFirst) return undefined;
  const document = snapshot.objectsOf(path).find(({ shape }) => shape === 'document');
  const record = document === undefined ? undefined : snapshot.recordsIn(path, document.object)[0];
  if (record === undefined) return undefined;
  const isOfProject =
    snapshot.record('PROJECT', record.key) !== undefined &&
    posix.dirname(path) === projectDirectory(snapshot, record.key);
  // Other pages in the folder of a project, such as its plan, have its name as their key.
  return { object: isOfProject ? 'PROJECT' : record.object, key: record.key };
}

function namedBy(
  snapshot: Snapshot,
  path: string,
  at: { readonly cursor: Extract<Cursor, { kind: 'value' }>; readonly word: string },
): Named | undefined {
  const { object, spec, record } = at.cursor;
  const phases = phasesPage(snapshot, path, { object, spec, project: fieldText(record, 'slug') });
  if (phases !== undefined) return { object: 'PHASES', key: at.word, phases };
  const target = targetOf(spec);
  if (target !== undefined) return root(snapshot.schema, { object: target, key: at.word });
  if (namesProject(spec) && snapshot.record('PROJECT', at.word) !== undefined)
    return { object: 'PROJECT', key: at.word };
  const isKey = object.shape === 'section' ? spec.name === 'id' : isOnly(object.key, spec.name);
  return isKey ? root(snapshot.schema, { object: object.object, key: at.word }) : undefined;
}

/** An object whose key is that of another object: a row of the dispatch table names a project. */
function root(schema: Schema, named: Named): Named {
  const object = schema.objects.get(named.object);
  const [key] = object?.key ?? [];
  const field = key === undefined ? undefined : object?.fields.get(key);
  const target = field === undefined || object?.key.length !== 1 ? undefined : targetOf(field);
  return target === undefined || target === named.object
    ? named
    : root(schema, { ...named, object: target });
}

function isOnly(key: readonly string[], field: string): boolean {
  return key.length === 1 && key[0] === field;
}

/** The PHASES.md that a field takes its values from. */
function phasesPage(
  snapshot: Snapshot,
  path: string,
  at: { readonly object: ObjectSpec; readonly spec: FieldSpec; readonly project: string },
): string | undefined {
  const inProject = posix.join(posix.dirname(path), PHASES_FILE);
  switch (`${at.object.object} ${at.spec.name}`) {
    case 'PHASES id':
    case 'PHASES successors':
      return path;
    case 'PROJECT phase.name':
    case 'PROJECT phase.successor':
      return snapshot.files.has(inProject) ? inProject : undefined;
    case 'DISPATCH phase':
      return posix.join(projectDirectory(snapshot, at.project), PHASES_FILE);
    default:
      return undefined;
  }
}

/** Fields that name a project which may be gone, so that R2 does not declare them as references. */
function namesProject({ name, type }: FieldSpec): boolean {
  const plain = type.kind === 'list' ? type.of.kind : type.kind;
  return plain === 'token' && ['project', 'projects', 'slug'].includes(name);
}

/** Where a record is; several if its key is not unique. */
export function definitionsOf(live: LiveWorkspace, snapshot: Snapshot, named: Named): Range[] {
  const spec = snapshot.schema.objects.get(named.object);
  if (spec === undefined) return [];
  if (named.phases !== undefined)
    return snapshot
      .recordsIn(named.phases, 'PHASES')
      .filter(({ key }) => key === named.key)
      .map((record) => keyRange(spec, record));
  return [...live.index.entries()].flatMap(([, { keys }]) =>
    keys
      .filter(({ object, key }) => object === named.object && key === named.key)
      .map(({ range }) => range),
  );
}

/** Every field that names the record, except its own key, and the links to its page. */
export function mentionsOf(live: LiveWorkspace, snapshot: Snapshot, named: Named): Range[] {
  if (named.phases !== undefined) return phaseMentions(snapshot, named.key, named.phases);
  const same = sameKeys(snapshot.schema, named.object);
  const page = pageOf(snapshot, named);
  const facts = [...live.index.entries()].flatMap(([path, { references, links }]) => [
    ...references
      .filter(({ object, key }) => same.has(object) && key === named.key)
      .map(({ range }) => range),
    ...(page === undefined
      ? []
      : links
          .filter((link) => linkPath(snapshot.files, path, link) === page && path !== page)
          .map(({ range }) => range)),
  ]);
  return named.object === 'PROJECT' ? [...facts, ...projectMentions(snapshot, named.key)] : facts;
}

/** The objects whose key is the key of this one. */
function sameKeys(schema: Schema, object: string): ReadonlySet<string> {
  const all = [...schema.objects.values()].filter(
    (other) => root(schema, { object: other.object, key: '' }).object === object,
  );
  return new Set([object, ...all.map((other) => other.object)]);
}

/** The page that is the record. */
function pageOf(snapshot: Snapshot, { object, key }: Named): string | undefined {
  return snapshot.schema.objects.get(object)?.shape === 'document'
    ? snapshot.record(object, key)?.file
    : undefined;
}

function projectMentions(snapshot: Snapshot, key: string): Range[] {
  return [...snapshot.schema.objects.values()].flatMap((object) => {
    const fields = [...object.fields.values()].filter(namesProject);
    if (fields.length === 0 || object.shape === 'log') return [];
    return snapshot.records(object.object).flatMap((record) =>
      fields.flatMap((spec) => {
        const cell = record.fields.get(spec.name);
        return cell === undefined
          ? []
          : fieldItems(spec.type, cell)
              .filter(({ text }) => text === key)
              .map(({ range }) => range);
      }),
    );
  });
}

function phaseMentions(snapshot: Snapshot, key: string, page: string): Range[] {
  const directory = posix.dirname(page);
  const isOfProject = (file: string, slug: string): boolean =>
    posix.dirname(file) === directory || projectDirectory(snapshot, slug) === directory;
  const fields = [
    ['PROJECT', 'phase.name'],
    ['PROJECT', 'phase.successor'],
    ['DISPATCH', 'phase'],
    ['PHASES', 'successors'],
  ] as const;
  return fields.flatMap(([object, field]) => {
    const spec = snapshot.schema.objects.get(object)?.fields.get(field);
    if (spec === undefined) return [];
    const records =
      object === 'DISPATCH' ? snapshot.records(object) : recordsBeside(snapshot, directory, object);
    return records
      .filter((record) => isOfProject(record.file, fieldText(record, 'slug')))
      .flatMap((record) => {
        const cell = record.fields.get(field);
        return cell === undefined
          ? []
          : fieldItems(spec.type, cell)
              .filter(({ text }) => text === key)
              .map(({ range }) => range);
      });
  });
}

function recordsBeside(snapshot: Snapshot, directory: string, object: string) {
  return snapshot
    .filesOf(object)
    .filter((file) => posix.dirname(file) === directory)
    .flatMap((file) => snapshot.recordsIn(file, object));
}
