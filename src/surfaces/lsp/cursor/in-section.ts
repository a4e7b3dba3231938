/** The cursor in a section: on its heading, in a field, or in a block of YAML. */
import { fieldName } from '../../../markdown/field-name.js';
import { findSections } from '../../../markdown/find-records.js';
import type { Rec } from '../../../markdown/types.js';
import { type Line, lineAt } from './lines.js';
import type { Cursor, CursorPage } from './types.js';

const FIELD = /^([ \t]*[-*+][ \t]+\*\*)([^*:]*)(:?\*\*:?[ \t]*)(.*)$/;
/** A field whose label is being typed. */
const BEGUN = /^([ \t]*[-*+][ \t]+(?:\*{1,2})?)([A-Za-z_ ]*)$/;
const ITEM = /^([ \t]*-[ \t]+["']?)([^"'#]*)/;

export function inSection(page: CursorPage, offset: number): Cursor | undefined {
  const { doc, object, records } = page;
  if (object.locator.kind !== 'section') return undefined;
  const found = findSections(doc, object.locator);
  const section =
    found.kind === 'found'
      ? found.sections.find(({ start, end }) => offset >= start && offset <= end)
      : undefined;
  if (section === undefined) return undefined;
  const record = records.find(({ start }) => start === section.start);
  const line = lineAt(doc, offset);
  const { heading } = section;
  if (line.index + 1 === heading.line) return onHeading(page, record, offset);
  const fence = doc.fences.find(
    ({ contentStart, contentEnd }) => offset >= contentStart && offset <= contentEnd,
  );
  if (fence !== undefined) {
    const [, name = ''] = /^ya?ml[ \t]+(\S+)/.exec(fence.info) ?? [];
    return valueAt(page, { record, name, line, offset, parts: ITEM.exec(line.text) });
  }
  const field = FIELD.exec(line.text);
  if (field === null) return begunKey(page, record, line);
  const [, lead = '', label = '', colon = '', text = ''] = field;
  const keyEnd = line.start + lead.length + label.length;
  if (offset <= keyEnd) {
    const spec = object.fields.get(fieldName(label));
    return {
      start: keyEnd - label.length,
      end: keyEnd,
      kind: 'key',
      object,
      record,
      inside: '',
      spec,
    };
  }
  const parts = [line.text, lead + label + colon, text];
  return valueAt(page, { record, name: fieldName(label), line, offset, parts });
}

function valueAt(
  { object }: CursorPage,
  at: {
    readonly record: Rec | undefined;
    readonly name: string;
    readonly line: Line;
    readonly offset: number;
    readonly parts: readonly string[] | null;
  },
): Cursor | undefined {
  const spec = object.fields.get(at.name);
  if (spec === undefined || at.parts === null) return undefined;
  const [, lead = '', text = ''] = at.parts;
  const start = at.line.start + lead.length;
  if (at.offset < start) return undefined;
  // In one line, the items of a list are separated by commas.
  const before = text.slice(0, at.offset - start);
  const comma = spec.type.kind === 'list' ? before.lastIndexOf(',') + 1 : 0;
  const [, blank = '', word = ''] =
    (spec.type.kind === 'list' ? /^(\s*)([^,]*)/ : /^(\s*)(.*)$/).exec(text.slice(comma)) ?? [];
  const first = start + comma + blank.length;
  const range = { start: first, end: first + word.trimEnd().length };
  return { ...range, kind: 'value', object, record: at.record, spec };
}

function begunKey({ object }: CursorPage, record: Rec | undefined, line: Line): Cursor | undefined {
  const begun = BEGUN.exec(line.text);
  if (begun === null) return undefined;
  const [, lead = '', word = ''] = begun;
  // With the asterisks, which the label brings along.
  const mark = line.start + lead.length - (/\*+$/.exec(lead)?.[0].length ?? 0);
  const end = line.start + lead.length + word.length;
  return { start: mark, end, kind: 'key', object, record, inside: '', spec: undefined };
}

/** The first word of a heading is the key of the section. */
function onHeading(
  { object }: CursorPage,
  record: Rec | undefined,
  offset: number,
): Cursor | undefined {
  const cell = record?.fields.get('id');
  const spec = object.fields.get('id');
  if (cell === undefined || spec === undefined || offset < cell.start || offset > cell.end)
    return undefined;
  return { start: cell.start, end: cell.end, kind: 'value', object, record, spec };
}
