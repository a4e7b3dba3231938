/** Applies fixes to one text. */
import type { TextEdit } from '../kernel/diagnostic.js';

/**
 * The text with all edits made. If two overlap, only the first is made; the next validation reports
 * the other again. The same edit twice is one edit.
 */
export function applyFixes(text: string, edits: readonly TextEdit[]): string {
  let fixed = '';
  let offset = 0;
  for (const { start, end, newText } of chooseFixes(text, edits)) {
    fixed += text.slice(offset, start) + newText;
    offset = end;
  }
  return fixed + text.slice(offset);
}

/**
 * The edits to make, in order, without those that overlap an earlier one or are outside the text.
 */
export function chooseFixes(text: string, edits: readonly TextEdit[]): readonly TextEdit[] {
  const sorted = edits
    .filter(({ start, end }) => start >= 0 && start <= end && end <= text.length)
    .sort((a, b) => a.start - b.start || a.end - b.end);
  const chosen: TextEdit[] = [];
  for (const edit of sorted) {
    const last = chosen.at(-1);
    const overlaps =
      last !== undefined &&
      (edit.start < last.end || (edit.start === last.start && edit.end === last.end));
    if (!overlaps) chosen.push(edit);
  }
  return chosen;
}
