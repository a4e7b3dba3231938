/** Text as one word of a POSIX shell. */

/** As it is, or in single quotes. */
export function shellWord(text: string): string {
  return /^[\w./:@%+,-]+$/.test(text) ? text : inSingleQuotes(text);
}

export function inSingleQuotes(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
