/** Finds and resolves what git leaves in a file that it could not merge. */
import type { Fence, Span } from './types.js';

const OPEN = /^<{7}(?: |$)/;
const BASE = /^\|{7}(?: |$)/;
const MIDDLE = /^={7}$/;
const CLOSE = /^>{7}(?: |$)/;
/** All but the middle: a line of equals signs alone is the underline of a heading. */
const MARKER = /^(?:<{7}|>{7}|\|{7})(?: .*)?\r?$/gm;

/**
 * From the first marker of each conflict to its last one; a marker alone is a conflict too.
 * @param examples fences in which a page may explain such lines.
 */
export function conflicts(text: string, examples: readonly Fence[] = []): readonly Span[] {
  if (!['<<<<<<<', '>>>>>>>', '|||||||'].some((marker) => text.includes(marker))) return [];
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
  return found.filter(
    ({ start }) =>
      !examples.some((fence) => fence.closed && start > fence.start && start < fence.end),
  );
}

/** The line of the first conflict. @param examples as for `conflicts` */
export function conflictLine(text: string, examples?: readonly Fence[]): number | undefined {
  const [first] = conflicts(text, examples);
  return first === undefined ? undefined : text.slice(0, first.start).split('\n').length;
}

/**
 * What the text may have been: our side of every conflict, their side, and the text without its
 * markers, in this order. Markers that do not form a conflict are left out.
 */
export function conflictSides(text: string): readonly string[] {
  const ours: string[] = [];
  const theirs: string[] = [];
  const lines = text.split(/(?<=\n)/);
  let part: 'both' | 'ours' | 'base' | 'theirs' = 'both';
  for (const line of lines) {
    const content = line.replace(/\r?\n$/, '');
    if (OPEN.test(content)) part = 'ours';
    else if (part === 'ours' && BASE.test(content)) part = 'base';
    else if ((part === 'ours' || part === 'base') && MIDDLE.test(content)) part = 'theirs';
    else if (CLOSE.test(content)) part = 'both';
    else {
      if (part === 'both' || part === 'ours') ours.push(line);
      if (part === 'both' || part === 'theirs') theirs.push(line);
    }
  }
  const bare = lines.filter((line) => !isMarker(line.replace(/\r?\n$/, '')));
  return [...new Set([ours, theirs, bare].map((side) => side.join('')))];
}

function isMarker(line: string): boolean {
  return [OPEN, BASE, MIDDLE, CLOSE].some((marker) => marker.test(line));
}
