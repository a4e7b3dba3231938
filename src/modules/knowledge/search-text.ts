/** What the word indexes are given for a text, and the words of a question in the same form. */

/** Scripts written without blanks between words: kept as pairs of characters, each a word. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}ー]+/gu;
const CAMEL = /(?<=[\p{Ll}\p{N}])(?=\p{Lu})/u;
/** A name that says more as a whole than its parts do: with a hyphen, a dot, a slash, an underscore, `#` or `@` inside, with digits, or in camel case. */
const NAME = /[\p{L}\p{N}@#.$_][\p{L}\p{M}\p{N}]*(?:[-_./:#@+][\p{L}\p{M}\p{N}_]+)+|[\p{L}]+\p{N}[\p{L}\p{N}]*|\p{Ll}+(?:\p{Lu}\p{Ll}+)+/gu;
const LONGEST_NAME = 200;

/** Every pair of neighbours is a word; a single character is one word. */
export function wordText(text: string): string {
  const spaced = text.normalize('NFKC').replace(UNSPACED, (run) => ` ${pairs(run).join(' ')} `);
  const camel = [...spaced.matchAll(/[\p{L}\p{N}]*\p{Ll}\p{Lu}[\p{L}\p{N}]*/gu)].flatMap(([name]) => (name.length > LONGEST_NAME ? [] : name.split(CAMEL)));
  return camel.length === 0 ? spaced : `${spaced} ${camel.join(' ')}`;
}

/** The names in a text, each once; for the index of their parts. */
export function nameText(text: string): string {
  return [...new Set(namesIn(text))].join('\n');
}

export function namesIn(text: string): readonly string[] {
  return [...text.normalize('NFKC').matchAll(NAME)].map(([name]) => name).filter((name) => name.length >= 3 && name.length <= LONGEST_NAME);
}

export function pairs(run: string): readonly string[] {
  const characters = [...run];
  return characters.length === 1 ? characters : characters.slice(1).map((character, i) => `${characters[i] ?? ''}${character}`);
}

/** Parts of a text in scripts without blanks. */
export function unspacedRuns(text: string): readonly string[] {
  return text.normalize('NFKC').match(UNSPACED) ?? [];
}
