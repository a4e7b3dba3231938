/** Conflict markers that git leaves in a file, and the two versions between them. */

const MARKER = /^(?:<{7}(?: |$)|>{7}(?: |$)|\|{7}(?: |$)|={7}$)/;
const OPEN = /^<{7}(?: |$)/;
const BASE = /^\|{7}(?: |$)/;
const MIDDLE = /^={7}$/;
const CLOSE = /^>{7}(?: |$)/;

/**
 * The first line with a marker, if a conflict begins or ends in the text. A line of equals signs
 * alone is the underline of a heading.
 */
export function conflictLine(text: string): number | undefined {
  if (!text.includes('<<<<<<<') && !text.includes('>>>>>>>')) return undefined;
  const line = text
    .split(/\r?\n/)
    .findIndex((content) => OPEN.test(content) || CLOSE.test(content));
  return line === -1 ? undefined : line + 1;
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
  const bare = lines.filter((line) => !MARKER.test(line.replace(/\r?\n$/, '')));
  return [...new Set([ours, theirs, bare].map((side) => side.join('')))];
}
