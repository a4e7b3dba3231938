/** Finds what git leaves in a file that it could not merge. */
import type { Span } from './types.js';

const MARKER = /^(?:<{7}|>{7}|\|{7})(?: .*)?\r?$/gm;

/** From the first marker of each conflict to its last one; a marker alone is a conflict too. */
export function conflicts(text: string): readonly Span[] {
  const found: { start: number; end: number }[] = [];
  let open: { start: number; end: number } | undefined;
  for (const { index, 0: line } of text.matchAll(MARKER)) {
    const end = index + line.trimEnd().length;
    if (line.startsWith('<') || open === undefined) {
      open = { start: index, end };
      found.push(open);
    } else open.end = end;
    if (line.startsWith('>')) open = undefined;
  }
  return found;
}
