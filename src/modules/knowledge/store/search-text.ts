/** What the word indexes are given for a text, and the words of a question in the same form. */

/** Scripts written without blanks between words: kept as pairs of characters, each a word. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}ー]+/gu;
const CAMEL = /(?<=[a-z0-9])(?=[A-Z])/;
/**
 * Plain classes on purpose: those of Unicode take ten times as long, and this goes over every text.
 */
const TOKEN = /[\w\-./:#@+$\u0080-\uffff]{3,200}/g;
const LETTERS = /[A-Za-z0-9]{3,200}/g;
const SEPARATORS = /^[-./:+]+|[-./:#@+$]+$/g;

/**
 * Every pair of neighbours is a word; a single character is one word. Parts of names in camel case
 * are words besides.
 */
export function wordText(text: string): string {
  const spaced = spacedText(text);
  const camel = (spaced.match(LETTERS) ?? []).flatMap((name) =>
    /[a-z][A-Z]/.test(name) ? name.split(CAMEL) : [],
  );
  return camel.length === 0 ? spaced : `${spaced} ${camel.join(' ')}`;
}

/** In the order in which it stands, so that a phrase of it is found. */
export function spacedText(text: string): string {
  return normal(text).replace(UNSPACED, (run) => ` ${pairs(run).join(' ')} `);
}

/** The names in a text, each once; for the index of their parts. */
export function nameText(text: string): string {
  return [...new Set(namesIn(text))].join('\n');
}

/**
 * What says more as a whole than its parts do: with a hyphen, a dot, a slash, an underscore, `#`,
 * `@` or a colon inside, with letters and digits, or in camel case.
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

/** Full-width letters and ligatures as plain ones. */
function normal(text: string): string {
  return /^[\0-\x7f]*$/.test(text) ? text : text.normalize('NFKC');
}

export function pairs(run: string): readonly string[] {
  const characters = [...run];
  return characters.length === 1
    ? characters
    : characters.slice(1).map((character, i) => `${characters[i] ?? ''}${character}`);
}

/** Parts of a text in scripts without blanks. */
export function unspacedRuns(text: string): readonly string[] {
  return text.normalize('NFKC').match(UNSPACED) ?? [];
}
