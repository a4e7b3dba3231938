/** The names that a job gives to its files, as one glob: dates, times and numbers become `*`. */

/** Hex ids need a digit and a letter, so that words stay. */
const VARIABLE = /(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,}|\d+(?:[-_.:T]?\d+)*Z?/g;

/** `db-2026-11-29T02.dump` and `db-2026-11-30T02.dump` are both `db-*.dump`. */
export function namePattern(path: string): string {
  return escaped(path)
    .replace(VARIABLE, '*')
    .replaceAll(/\*[-_.:*]*\*/g, '*');
}

/** The path itself as a glob. */
export function escaped(path: string): string {
  return path.replaceAll(/[\\*?[\]{}()!+@|]/g, (character) => `\\${character}`);
}
