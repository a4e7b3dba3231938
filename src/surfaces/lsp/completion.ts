/** What can be written at the cursor: fields, values, keys of other records, phases, files. */
import { type CompletionItem, CompletionItemKind, type Position } from 'vscode-languageserver/node';
import { fieldText } from '../../project/field-text.js';
import { projectDirectory } from '../../project/project-directory.js';
import { phasesIn, PHASES_FILE } from '../../project/phases.js';
import { fieldLabel } from '../../markdown/field-name.js';
import type { FieldSpec, FieldType } from '../../registry/types.js';
import { formatFieldType } from '../../registry/field-type.js';
import { targetOf } from '../../validate/file-facts.js';
import type { Snapshot } from '../../workspace/types.js';
import { cursorAt } from './cursor/cursor-at.js';
import type { Cursor } from './cursor/types.js';
import { linkItems } from './link-items.js';
import type { LiveWorkspace } from './live-workspace.js';
import { offsetOf } from './places.js';
import { posix } from 'node:path';

/** Editors filter as the owner types; more would only be slow. */
const MOST = 500;

type Choice = {
  readonly label: string;
  readonly kind: CompletionItemKind;
  readonly detail?: string;
  /** Default: the label. */
  readonly text?: string;
};

export function completions(
  live: LiveWorkspace,
  path: string,
  position: Position,
): readonly CompletionItem[] {
  const snapshot = live.snapshot();
  const placed = live.placed(snapshot, path);
  const offset = offsetOf(placed, position);
  const links = linkItems(live, { snapshot, placed, path, offset });
  if (links !== undefined) return links;
  const cursor = cursorAt(snapshot, path, offset);
  if (cursor === undefined) return [];
  const choices =
    cursor.kind === 'key' ? keyChoices(cursor) : valueChoices(live, snapshot, { cursor, path });
  const range = live.rangeOf(placed, cursor.start, Math.max(cursor.end, cursor.start));
  return choices.slice(0, MOST).map(({ label, kind, detail, text }, index) => ({
    label,
    kind,
    ...(detail === undefined ? {} : { detail }),
    sortText: String(index).padStart(4, '0'),
    filterText: text ?? label,
    textEdit: { range, newText: text ?? label },
  }));
}

/** The fields that the record does not have yet, the required ones first. */
function keyChoices(cursor: Extract<Cursor, { kind: 'key' }>): readonly Choice[] {
  const { object, record, inside } = cursor;
  const absent = [...object.fields.values()].filter(
    ({ name }) => name === cursor.spec?.name || record?.fields.has(name) !== true,
  );
  const sorted = [...absent].sort((a, b) => Number(b.required) - Number(a.required));
  if (object.shape === 'section')
    return sorted
      .filter(({ name }) => !['id', 'title', 'body'].includes(name))
      .map((spec) => ({
        label: fieldLabel(spec.name),
        kind: CompletionItemKind.Field,
        detail: contract(spec),
        ...(cursor.spec === undefined ? { text: `**${fieldLabel(spec.name)}:** ` } : {}),
      }));
  if (object.shape !== 'document') return [];
  const names = new Map<string, Choice>();
  for (const spec of sorted) {
    if (!spec.name.startsWith(inside)) continue;
    const [label = '', deeper] = spec.name.slice(inside.length).split('.');
    const isGroup = deeper !== undefined;
    if (!names.has(label))
      names.set(label, {
        label,
        kind: isGroup ? CompletionItemKind.Module : CompletionItemKind.Field,
        detail: isGroup ? 'a group of fields' : contract(spec),
        ...(cursor.spec === undefined ? { text: isGroup ? `${label}:` : `${label}: ` } : {}),
      });
  }
  return [...names.values()];
}

function contract(spec: FieldSpec): string {
  return `${formatFieldType(spec.type)}${spec.required ? ', required' : ''}; written by ${spec.writer}`;
}

function valueChoices(
  live: LiveWorkspace,
  snapshot: Snapshot,
  at: { readonly cursor: Extract<Cursor, { kind: 'value' }>; readonly path: string },
): readonly Choice[] {
  const { spec } = at.cursor;
  const target = targetOf(spec);
  const phases = phaseNames(snapshot, at);
  return [
    ...wordsOf(spec.type).map((label) => ({ label, kind: CompletionItemKind.EnumMember })),
    ...(target === undefined ? [] : [...live.index.keysOf(target)].sort()).map((label) => ({
      label,
      kind: CompletionItemKind.Reference,
      detail: target ?? '',
    })),
    ...phases.map((label) => ({ label, kind: CompletionItemKind.Constant, detail: 'phase' })),
  ];
}

function wordsOf(type: FieldType): readonly string[] {
  if (type.kind === 'list') return wordsOf(type.of);
  if (type.kind === 'bool') return ['true', 'false'];
  return type.kind === 'enum' ? type.values : [];
}

const PHASE_FIELDS: ReadonlySet<string> = new Set([
  'PROJECT phase.name',
  'PROJECT phase.successor',
  'DISPATCH phase',
  'PHASES successors',
]);

/** Of the project that the record is about; as a successor, those that PHASES.md allows. */
function phaseNames(
  snapshot: Snapshot,
  { cursor, path }: { readonly cursor: Extract<Cursor, { kind: 'value' }>; readonly path: string },
): readonly string[] {
  const { object, spec, record } = cursor;
  if (!PHASE_FIELDS.has(`${object.object} ${spec.name}`)) return [];
  const directory =
    object.object === 'DISPATCH'
      ? projectDirectory(snapshot, fieldText(record, 'slug'))
      : posix.dirname(path);
  const file = posix.join(directory, PHASES_FILE);
  const { phases } = phasesIn(file, snapshot.recordsIn(file, 'PHASES'));
  const current = phases.get(fieldText(record, 'phase.name'));
  return spec.name === 'phase.successor' && current !== undefined
    ? current.successors
    : [...phases.keys()];
}
