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

/** The items of a list that is written with commas. */
export function commaList(text: string): readonly string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
