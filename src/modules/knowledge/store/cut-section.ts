/** Cuts the text of one section into spans of a passage's length. */
import { positionAt } from '../../../kernel/text-position.js';
import type { Doc } from '../../../markdown/types.js';

/** Preferred characters of a chunk. A longer block stays whole up to {@link LONGEST_BLOCK}. */
const TARGET = 1200;
/** A longer paragraph or list is cut between lines, a longer line between words. */
const LONGEST_BLOCK = 2400;
/** A shorter remainder joins the chunk before it; a shorter first part joins the text after it. */
const SHORTEST = 200;

export type Span = { readonly start: number; readonly end: number };

/** @param whole the tables and fences of the section, in order. */
export function cutSection(doc: Doc, section: Span, whole: readonly Span[]): readonly Span[] {
  const spans: Span[] = [];
  for (const block of blocks(doc, section, whole)) {
    const last = spans.at(-1);
    if (
      last !== undefined &&
      (block.end - last.start <= TARGET ||
        ((block.end - block.start < SHORTEST || last.end - last.start < SHORTEST) &&
          block.end - last.start <= LONGEST_BLOCK))
    )
      spans[spans.length - 1] = { start: last.start, end: block.end };
    else spans.push(block);
  }
  return spans;
}

/** Paragraphs, lists, tables and fences, each with the blank lines after it. */
function blocks(doc: Doc, section: Span, whole: readonly Span[]): readonly Span[] {
  const found: Span[] = [];
  let start = section.start;
  let next = 0;
  const close = (end: number, isWhole: boolean): void => {
    if (end > start)
      found.push(
        ...(isWhole || end - start <= LONGEST_BLOCK
          ? [{ start, end }]
          : cutLong(doc, { start, end })),
      );
    start = Math.max(start, end);
  };
  for (let line = lineOf(doc, section.start) - 1; line < doc.lineStarts.length; line++) {
    const offset = doc.lineStarts[line] ?? 0;
    if (offset >= section.end) break;
    const span = whole[next];
    if (span !== undefined && offset >= span.start) {
      close(Math.max(section.start, span.start), false);
      close(Math.min(section.end, span.end), true);
      next += 1;
      line = Math.max(line, lineOf(doc, span.end) - 2);
    } else if (offset > start && isBlank(doc, line) && !isBlank(doc, line + 1))
      close(doc.lineStarts[line + 1] ?? section.end, false);
  }
  close(section.end, false);
  return found;
}

/** Cuts between lines, else between words, else anywhere. */
function cutLong(doc: Doc, span: Span): readonly Span[] {
  const { text } = doc;
  const found: Span[] = [];
  let start = span.start;
  while (span.end - start > LONGEST_BLOCK) {
    const window = text.slice(start + SHORTEST, start + TARGET);
    const offset =
      Math.max(window.lastIndexOf('\n'), -1) + 1 ||
      Math.max(window.lastIndexOf(' '), -1) + 1 ||
      window.length;
    let end = start + SHORTEST + offset;
    // Not between the halves of a surrogate pair.
    if (text.charCodeAt(end) >= 0xdc00 && text.charCodeAt(end) <= 0xdfff) end -= 1;
    found.push({ start, end });
    start = end;
  }
  return [...found, { start, end: span.end }];
}

function isBlank(doc: Doc, line: number): boolean {
  const [start, end] = [doc.lineStarts[line], doc.lineStarts[line + 1] ?? doc.text.length];
  if (start === undefined) return false;
  for (let offset = start; offset < end; offset++)
    if (doc.text.charCodeAt(offset) > 32) return false;
  return true;
}

/** The 1-based line of an offset. */
export function lineOf({ lineStarts, text }: Doc, offset: number): number {
  return positionAt({ starts: lineStarts, length: text.length }, offset).line;
}
