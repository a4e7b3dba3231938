/** Reads an owner's answer: a clear yes or no decides, what can be read in two ways does not. */
import { type AnswerWords, answerWords } from './answer-words.js';

export type Verdict = 'yes' | 'no' | 'text';
/** `rest`: what follows the yes or the no, without politeness. */
export type ReadAnswer = { readonly verdict: Verdict; readonly rest: string };

const SIGNS = { yes: /^(?:👍|✅|✔|☑|👌|🙆|🆗)/u, no: /^(?:👎|❌|✖|🚫|🙅|⛔)/u };
/** Skin tones and the selectors of emoji. */
const MODIFIERS = /[\u{1f3fb}-\u{1f3ff}\ufe0e\ufe0f\u200d]/gu;
const GAP = /^[\s.,;:!–—…、。，！；：·*_`"'“”-]+/u;
const SEPARATOR = /^\s*[.,;:!–—…、。，！；：\n-]/u;
/** Scripts that write no blanks between words. */
const UNSPACED = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;
const QUESTION = /[?？]/;

/** @param language of the owner, as USER.md names it; English is always understood. */
export function readAnswer(answer: string, language = 'English'): ReadAnswer {
  const text = unwrapped(answer);
  const [, box, labelled] = /^\[([ x✓✔])\]\s*(.*)$/isu.exec(text) ?? [];
  if (box === ' ') return { verdict: 'text', rest: text };
  const said = box === undefined ? text : `✔ ${labelled ?? ''}`.trim();
  const words = answerWords(language);
  const { kinds, end, first } = phrasesIn(said, words);
  const [kind] = kinds;
  const left = said.slice(end).replace(GAP, '').trim();
  const isSeparated = left === '' || [first, end].some((at) => SEPARATOR.test(said.slice(at)));
  if (kind === undefined || !isSeparated || kinds.some((other) => other !== kind))
    return { verdict: 'text', rest: text };
  if (QUESTION.test(left) || (kind === 'yes' && isReserved(left, words)))
    return { verdict: 'text', rest: text };
  return { verdict: kind, rest: left === '' ? '' : said.slice(first).replace(GAP, '').trim() };
}

/** Without marks of lists, quotes and bold, and without a label that was copied. */
function unwrapped(answer: string): string {
  return answer
    .trim()
    .replace(/^(?:[-*+>•→]\s+|[-–—]\s*)+/u, '')
    .replace(/^(?:\*\*)?answer:?(?:\*\*)?:?\s+/iu, '')
    .replace(/^[*_`"'“”«»„]+|[*_`"'“”«»„]+$/gu, '')
    .trim();
}

type Phrases = {
  /** Of each yes and no at the beginning. */
  readonly kinds: readonly ('yes' | 'no')[];
  /** Where the first of these ends, and the last or its politeness. */
  readonly first: number;
  readonly end: number;
};

function phrasesIn(text: string, words: readonly AnswerWords[]): Phrases {
  const kinds: ('yes' | 'no')[] = [];
  let [end, first] = [0, 0];
  for (;;) {
    const from = end + (GAP.exec(text.slice(end))?.[0].length ?? 0);
    const found = phraseAt(text.slice(from), words);
    if (found === undefined) return { kinds, end, first };
    end = from + found.length;
    if (found.kind === 'polite') continue;
    if (kinds.length === 0) first = end;
    kinds.push(found.kind);
  }
}

type Phrase = { readonly kind: 'yes' | 'no' | 'polite'; readonly length: number };

/** The longest phrase at the beginning that ends where a word ends. */
function phraseAt(text: string, words: readonly AnswerWords[]): Phrase | undefined {
  for (const kind of ['yes', 'no'] as const) {
    const sign = SIGNS[kind].exec(text)?.[0];
    if (sign !== undefined) {
      const after = text.slice(sign.length);
      const modified =
        after.length - after.replace(/^[\u{1f3fb}-\u{1f3ff}\ufe0e\ufe0f\u200d]+/u, '').length;
      return { kind, length: sign.length + modified };
    }
  }
  const said = text.toLowerCase().replaceAll("'", '’').replace(MODIFIERS, '');
  let best: Phrase | undefined;
  for (const kind of ['yes', 'no', 'polite'] as const)
    for (const phrase of words.flatMap((table) => table[kind]))
      if (
        phrase.length > (best?.length ?? 0) &&
        said.startsWith(phrase) &&
        endsWord(said, phrase, words)
      )
        best = { kind, length: phrase.length };
  return best;
}

/** In scripts without blanks, a phrase may be followed by another one and by nothing else. */
function endsWord(text: string, phrase: string, words: readonly AnswerWords[]): boolean {
  const after = text.slice(phrase.length);
  if (!/^[\p{L}\p{M}\p{N}’]/u.test(after)) return true;
  return (
    UNSPACED.test(phrase) &&
    phrasesIn(after, words).end === after.replace(/[\s。！!.]+$/u, '').length
  );
}

function isReserved(text: string, words: readonly AnswerWords[]): boolean {
  const said = ` ${text.toLowerCase().replaceAll("'", '’')} `;
  return words
    .flatMap(({ reserve }) => reserve)
    .some((word) =>
      UNSPACED.test(word)
        ? said.includes(word)
        : new RegExp(`(?<![\\p{L}\\p{N}])${word}(?![\\p{L}\\p{N}])`, 'u').test(said),
    );
}

/** Status and answer together; a contradiction decides nothing. `undefined`: not answered yet. */
export function decisionOf(
  status: string,
  answer: string,
  language?: string,
): ReadAnswer | undefined {
  const read = answer.trim() === '' ? undefined : readAnswer(answer, language);
  if (status === 'approved')
    return read?.verdict === 'no'
      ? { verdict: 'text', rest: answer.trim() }
      : { verdict: 'yes', rest: read?.rest ?? '' };
  if (status === 'declined')
    return read?.verdict === 'yes'
      ? { verdict: 'text', rest: answer.trim() }
      : { verdict: 'no', rest: read?.rest ?? '' };
  return status === 'open' ? read : undefined;
}
