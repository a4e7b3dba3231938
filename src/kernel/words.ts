/** Words of texts: plurals, lists, and the words that carry meaning. */

/** Lower-case words with at least four letters or digits; of Chinese and Japanese, all pairs. */
export function wordsOf(text: string): ReadonlySet<string> {
  const pairs = [...text.matchAll(/(?=([\p{sc=Han}\p{sc=Hira}\p{sc=Kana}]{2}))/gu)];
  return new Set([
    ...(text.toLowerCase().match(/[\p{L}\p{N}]{4,}/gu) ?? []),
    ...pairs.map(([, pair = '']) => pair),
  ]);
}

/** `1 file`, `2 files`. */
export function plural(count: number, singular: string, several = `${singular}s`): string {
  return `${count} ${count === 1 ? singular : several}`;
}

/** With its full stop, if it has no end yet. */
export function sentence(text: string): string {
  return text === '' || /[.!?…]$/.test(text) ? text : `${text}.`;
}

/** `a`, `a and b`, `a, b and c`. */
export function joinedByAnd(items: readonly string[]): string {
  return items.length < 2
    ? items.join('')
    : `${items.slice(0, -1).join(', ')} and ${items.at(-1) ?? ''}`;
}

/** The whole words at the beginning of a text that is longer than `most` characters. */
export function clipped(text: string, most: number): string {
  if (text.length <= most) return text;
  const [beginning = ''] = /^.*(?=\s)/su.exec(text.slice(0, most - 3)) ?? [];
  return `${(beginning || text.slice(0, most - 4)).trimEnd()} ...`;
}

/** The items of a list that is written with commas. */
export function commaList(text: string): readonly string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
