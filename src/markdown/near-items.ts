/** Lines that look like a field of a section and are not read as one. */
import { fieldName } from './field-name.js';
import { within } from './find-records.js';
import { lineEndAt, lineIndexAt } from './line-starts.js';
import type { Doc, Span } from './types.js';

export type NearItem = Span & { readonly field: string; readonly value: string };

/** A label in any emphasis or none, with a colon; without one only after a mark and in bold. */
const NEAR =
  /^[ \t]*(?:>[ \t]*)*(?:[-*+][ \t]+)?(?:\*\*|__|\*|_)?([A-Za-z][A-Za-z0-9 _-]{0,40}?)(?:(?:\*\*|__|\*|_)?[ \t]*[:：](?:\*\*|__|\*|_)?|(?<=\*\*[^*]*)\*\*(?=[ \t]+\S))[ \t]*(.*)$/;

/** Outside fences and HTML. `names`: the fields to look for. */
export function nearItems(doc: Doc, span: Span, names: ReadonlySet<string>): readonly NearItem[] {
  const { text, lineStarts } = doc;
  const closed = [...within(doc.fences, span), ...within(doc.html, span)];
  const found: NearItem[] = [];
  for (let line = lineIndexAt(lineStarts, span.start); line < lineStarts.length; line++) {
    const start = lineStarts[line] ?? 0;
    if (start >= span.end) break;
    if (start < span.start || closed.some((block) => start >= block.start && start < block.end))
      continue;
    const end = lineEndAt(text, lineStarts, line);
    const item = nearItem(text.slice(start, end));
    if (item !== undefined && names.has(item.field)) found.push({ start, end, ...item });
  }
  return found;
}

/** `undefined`: the line does not begin with a label. */
export function nearItem(line: string): Pick<NearItem, 'field' | 'value'> | undefined {
  const [, label, value = ''] = NEAR.exec(line) ?? [];
  return label === undefined ? undefined : { field: fieldName(label), value: value.trim() };
}
