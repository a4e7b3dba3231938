/** The long words of a text. Every credential contains one, and most prose has few. */

/** Characters between blanks; shorter words are skipped. */
export const LONG = 10;

/**
 * Each in lower case, on a line of its own. Looks at every tenth character until one is not blank,
 * which no word of that length can escape.
 */
export function longWords(text: string): string {
  const words: string[] = [];
  for (let probe = LONG - 1; probe < text.length; probe += LONG) {
    if (text.charCodeAt(probe) <= 32) continue;
    let start = probe;
    while (start > 0 && text.charCodeAt(start - 1) > 32) start -= 1;
    let end = probe + 1;
    while (end < text.length && text.charCodeAt(end) > 32) end += 1;
    if (end - start >= LONG) words.push(text.slice(start, end));
    probe = end;
  }
  return words.join('\n').toLowerCase();
}
