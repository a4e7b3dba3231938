/** Lines that look like a field of a section and are not read as one. */
import { fieldName } from './field-name.js';
import { linesIn } from './lines-in.js';
import type { Doc, Span } from './types.js';

export type NearItem = Span & { readonly field: string; readonly value: string };

/** A label in any emphasis or none, with a colon; without one only after a mark and in bold. */
const NEAR =
  /^[ \t]*(?:>[ \t]*)*(?:(?:\\?[-*+]|[–—•·]|\d{1,3}[.)])[ \t]+)?(?:\[[ xX]\][ \t]+)?(?:\*\*|__|\*|_)?([A-Za-z][A-Za-z0-9 _-]{0,40}?)(?:(?:\*\*|__|\*|_)?[ \t]*[:：](?:\*\*|__|\*|_)?|(?<=\*\*[^*]*)\*\*(?=[ \t]+\S))[ \t]*(.*)$/;

/** Outside fences and HTML. `names`: the fields to look for. */
export function nearItems(doc: Doc, span: Span, names: ReadonlySet<string>): readonly NearItem[] {
  return linesIn(doc, span).flatMap(({ start, end, text, isClosed }) => {
    const item = isClosed ? undefined : nearItem(text);
    return item === undefined || !names.has(item.field) ? [] : [{ start, end, ...item }];
  });
}

/** `undefined`: the line does not begin with a label. */
export function nearItem(line: string): Pick<NearItem, 'field' | 'value'> | undefined {
  const [, label, value = ''] = NEAR.exec(line) ?? [];
  return label === undefined ? undefined : { field: fieldName(label), value: value.trim() };
}
