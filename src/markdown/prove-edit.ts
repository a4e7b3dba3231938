/** Proves after an edit of prose that the text outside the edited span still reads the same. */
import type { Doc, Span } from './types.js';

/** An edit of `before` turned its span [start, end) into [start, newEnd) of `after`. */
export type EditedSpan = Span & { readonly newEnd: number };

/** Whether all blocks outside the span are the same, shifted by what the edit added. */
export function keepsOutside(before: Doc, after: Doc, span: EditedSpan): boolean {
  return (
    sameBlocks(before.headings, after.headings, span) &&
    sameBlocks(before.tables, after.tables, span) &&
    sameBlocks(before.fences, after.fences, span) &&
    sameBlocks(before.html, after.html, span)
  );
}

function sameBlocks(before: readonly Span[], after: readonly Span[], span: EditedSpan): boolean {
  const shift = span.newEnd - span.end;
  const outside = (blocks: readonly Span[], end: number, by: number): string =>
    blocks
      .filter((block) => block.start < span.start || block.start >= end)
      .map((block) =>
        block.start < span.start ? `${block.start}` : `+${block.start - by}-${block.end - by}`,
      )
      .join(' ');
  return outside(before, span.end, 0) === outside(after, span.newEnd, shift);
}
