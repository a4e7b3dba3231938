/** Finds front matter: from a first line `---` to a line `---` or `...`. */
import { isBlankSpan } from './block-start.js';
import { lineEndAt } from './line-starts.js';
import type { FrontMatter } from './types.js';

/** The front matter and the index of the line after it; `undefined` if none or not closed. */
export function findFrontMatter(
  text: string,
  lineStarts: readonly number[],
): { readonly frontMatter: FrontMatter; readonly nextLine: number } | undefined {
  if (!isFenceLine(text, lineStarts, 0, '---') || lineStarts.length < 2) return undefined;
  for (let line = 1; line < lineStarts.length; line++) {
    const start = lineStarts[line] ?? 0;
    const c = text.charCodeAt(start);
    if (c !== 45 && c !== 46) continue;
    if (!isFenceLine(text, lineStarts, line, '---') && !isFenceLine(text, lineStarts, line, '...'))
      continue;
    const frontMatter = {
      contentStart: lineStarts[1] ?? start,
      contentEnd: start,
      start: lineStarts[0] ?? 0,
      end: lineEndAt(text, lineStarts, line),
    };
    return { frontMatter, nextLine: line + 1 };
  }
  return undefined;
}

function isFenceLine(
  text: string,
  lineStarts: readonly number[],
  line: number,
  mark: string,
): boolean {
  const start = lineStarts[line] ?? 0;
  return (
    text.startsWith(mark, start) && isBlankSpan(text, start + 3, lineEndAt(text, lineStarts, line))
  );
}
