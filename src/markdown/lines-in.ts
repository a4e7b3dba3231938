/** The lines that begin within a span of a page. */
import { within } from './find-records.js';
import { lineEndAt, lineIndexAt } from './line-starts.js';
import type { Doc, Span } from './types.js';

/** `isClosed`: in a fence or in HTML, where nothing is a field. */
export type LineIn = Span & { readonly text: string; readonly isClosed: boolean };

export function linesIn(doc: Doc, span: Span): readonly LineIn[] {
  const { text, lineStarts } = doc;
  const closed = [...within(doc.fences, span), ...within(doc.html, span)];
  const lines: LineIn[] = [];
  for (let line = lineIndexAt(lineStarts, span.start); line < lineStarts.length; line++) {
    const start = lineStarts[line] ?? 0;
    if (start >= span.end) break;
    if (start < span.start) continue;
    const end = lineEndAt(text, lineStarts, line);
    const isClosed = closed.some((block) => start >= block.start && start < block.end);
    lines.push({ start, end, text: text.slice(start, end), isClosed });
  }
  return lines;
}
