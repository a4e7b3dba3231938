/** The form of texts and queries in the word indexes. */

/** Scripts without spaces between words: each pair of characters counts as a word. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}ー]+/gu;
const CAMEL = /(?<=[a-z0-9])(?=[A-Z])/;
/** Plain classes, because Unicode classes take ten times as long on every text. */
const TOKEN = /[\w\-./:#@+$\u0080-\uffff]{3,200}/g;
const LETTERS = /[A-Za-z0-9]{3,200}/g;
const SEPARATORS = /^[-./:+]+|[-./:#@+$]+$/g;

/** Adds the parts of names in camel case as words. */
export function wordText(text: string): string {
  const spaced = spacedText(text);
  const camel = (spaced.match(LETTERS) ?? []).flatMap((name) =>
    /[a-z][A-Z]/.test(name) ? name.split(CAMEL) : [],
  );
  return camel.length === 0 ? spaced : `${spaced} ${camel.join(' ')}`;
}

/** Keeps the order, so that phrases are found. */
export function spacedText(text: string): string {
  return normal(text).replace(UNSPACED, (run) => ` ${pairs(run).join(' ')} `);
}

/** The distinct names in a text, for the index of their parts. */
export function nameText(text: string): string {
  return [...new Set(namesIn(text))].join('\n');
}

/**
 * Tokens with a hyphen, dot, slash, underscore, `#`, `@` or colon inside, with letters and digits,
 * or in camel case.
 */
export function namesIn(text: string): readonly string[] {
  return (normal(text).match(TOKEN) ?? [])
    .map((token) => token.replace(SEPARATORS, ''))
    .filter(
      (token) =>
        token.length >= 3 &&
        /[A-Za-z\u0080-\uffff]/.test(token) &&
        /[\w\u0080-\uffff][-./:#@+_]+[\w\u0080-\uffff]|[A-Za-z]\d|[a-z][A-Z]/.test(token),
    );
}

/** Replaces full-width letters and ligatures. */
function normal(text: string): string {
  return /^[\0-\x7f]*$/.test(text) ? text : text.normalize('NFKC');
}

export function pairs(run: string): readonly string[] {
  const characters = [...run];
  return characters.length === 1
    ? characters
    : characters.slice(1).map((character, i) => `${characters[i] ?? ''}${character}`);
}

/** The parts of a text in scripts without spaces. */
export function unspacedRuns(text: string): readonly string[] {
  return text.normalize('NFKC').match(UNSPACED) ?? [];
}
