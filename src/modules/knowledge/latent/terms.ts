/**
 * The terms of a text: stems, parts of names, and pairs of characters of scripts without spaces.
 */
import { stemmer } from 'stemmer';

const WORD = /[\p{L}\p{M}\p{N}]+/gu;
/** Scripts without spaces between words. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;
const HUMP = /(?<=\p{Ll})(?=\p{Lu})/u;
const LONGEST = 40;
/** Terms of one text; more cost time and add little. */
const MOST = 4000;

export function termsOf(text: string): readonly string[] {
  const terms: string[] = [];
  for (const [word] of text.normalize('NFKC').matchAll(WORD)) {
    for (const term of ofWord(word)) terms.push(term);
    if (terms.length >= MOST) return terms.slice(0, MOST);
  }
  return terms;
}

const cache = new Map<string, readonly string[]>();
const MOST_KNOWN = 200_000;

/** Words repeat, and the stemmer is slow. */
function ofWord(word: string): readonly string[] {
  let terms = cache.get(word);
  if (terms === undefined) {
    terms = termsOfWord(word);
    if (cache.size >= MOST_KNOWN) cache.clear();
    if (word.length <= LONGEST) cache.set(word, terms);
  }
  return terms;
}

function termsOfWord(word: string): readonly string[] {
  if (UNSPACED.test(word)) return pairsOf(word);
  return word.length > LONGEST ? [] : partsOf(word);
}

function pairsOf(word: string): readonly string[] {
  const characters = [...word.slice(0, MOST)];
  return characters.slice(1).map((character, i) => `${characters[i] ?? ''}${character}`);
}

/** `readFile` is read, file, and the whole word. */
function partsOf(word: string): readonly string[] {
  const parts = word.split(HUMP);
  return (parts.length === 1 ? parts : [...parts, word])
    .filter((part) => part.length > 1)
    .map((part) => stemmer(part.toLowerCase()));
}
