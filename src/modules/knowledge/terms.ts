/** The terms of a text for the latent model: stems, parts of names, and pairs of characters where a script has no blanks. */
import { stemmer } from 'stemmer';

const WORD = /[\p{L}\p{M}\p{N}]+/gu;
/** Scripts written without blanks between words. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;
const LONGEST = 40;
/** Of one text; more says nothing new about it and costs time. */
const MOST = 4000;

export function termsOf(text: string): readonly string[] {
  const terms: string[] = [];
  for (const [word] of text.normalize('NFKC').matchAll(WORD)) {
    if (terms.length >= MOST) break;
    if (UNSPACED.test(word)) for (let i = 0; i < word.length - 1; i++) terms.push(word.slice(i, i + 2));
    else if (word.length <= LONGEST) terms.push(...partsOf(word).filter((part) => part.length > 1).map((part) => stem(part.toLowerCase())));
  }
  return terms;
}

/** `readFile` is read, file; and the whole word as well. */
function partsOf(word: string): readonly string[] {
  const parts = word.split(/(?<=\p{Ll})(?=\p{Lu})/u);
  return parts.length === 1 ? parts : [...parts, word];
}

const stems = new Map<string, string>();
const MOST_STEMS = 200_000;

/** Words come again and again, and the stemmer is the slowest part. */
function stem(word: string): string {
  let found = stems.get(word);
  if (found === undefined) {
    if (stems.size >= MOST_STEMS) stems.clear();
    found = stemmer(word);
    stems.set(word, found);
  }
  return found;
}
