/** Reads an owner's answer: a clear yes or no decides, what can be read in two ways does not. */
import { type AnswerWords, answerWords } from './answer-words.js';

export type Verdict = 'yes' | 'no' | 'text';

/** Why a text is neither a clear yes nor a clear no. */
export type Ambiguity = 'unticked' | 'question' | 'both' | 'condition' | 'unsure' | 'neither';

export type ReadAnswer = {
  readonly verdict: Verdict;
  /** What follows the yes or the no, without politeness. */
  readonly rest: string;
  /** Present if the verdict is `text`. */
  readonly ambiguity?: Ambiguity;
};

const SIGNS = { yes: /^(?:👍|✅|✔|☑|👌|🙆|🆗)/u, no: /^(?:👎|❌|✖|🚫|🙅|⛔)/u };
/** Skin tones and the selectors of emoji. */
const MODIFIERS = /[\u{1f3fb}-\u{1f3ff}\ufe0e\ufe0f\u200d]/gu;
const GAP = /^[\s.,;:!¡–—…、。，！；：·*_`"'“”-]+/u;
const SEPARATOR = /^\s*[.,;:!–—…、。，！；：\n-]/u;
/** Scripts that write no blanks between words. */
const UNSPACED = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;
const QUESTION = /[?？❓❔🤔🤷]/u;
const BOX = /\[([ xX✓✔])\]\s*([^[]*)/gu;
const SAYS_SOMETHING = /[\p{L}\p{N}\p{Extended_Pictographic}]/u;
const SMILE = /[\u{1f600}-\u{1f64f}\u{1f389}\u2764\ufe0f]/gu;
const OPPOSITE = { yes: 'no', no: 'yes' } as const;

/** @param language of the owner, as USER.md names it; English is always understood. */
export function readAnswer(answer: string, language = 'English'): ReadAnswer {
  const text = unwrapped(answer);
  const words = answerWords(language);
  const unclear = (ambiguity: Ambiguity): ReadAnswer => ({
    verdict: 'text',
    rest: text,
    ambiguity,
  });
  const boxes = /^\[[ xX✓✔]\]/u.test(text) ? [...text.matchAll(BOX)] : [];
  const [ticked, other] = boxes.filter(([, mark]) => mark !== ' ');
  if (other !== undefined) return unclear('both');
  if (boxes.length > 0 && ticked === undefined) return unclear('unticked');
  const label =
    ticked === undefined ? text : unwrapped((ticked[2] ?? '').replace(/\n[\s\S]*$/, ''));
  const plain = readText(label, words);
  const read = ticked !== undefined && isNoVerdict(plain) ? readText(`✔ ${label}`, words) : plain;
  return typeof read === 'string' ? unclear(read) : read;
}

function isNoVerdict(read: ReadAnswer | Ambiguity): boolean {
  return read === 'neither' || read === 'unsure';
}

function readText(said: string, words: readonly AnswerWords[]): ReadAnswer | Ambiguity {
  const { kinds, end, first } = phrasesIn(said, words);
  const [kind] = kinds;
  const left = withoutSmile(said.slice(end)).replace(GAP, '').trim();
  if (QUESTION.test(left) && /[?？❓❔🤔🤷]\s*$/u.test(left)) return 'question';
  const isSeparated = left === '' || [first, end].some((at) => SEPARATOR.test(said.slice(at)));
  const isPlainNo = kind === 'no' && isSeparated;
  if (!isPlainNo && (kind === undefined || left !== '') && isHollow(said, words)) return 'unsure';
  if (kind === undefined) return 'neither';
  if (kinds.some((other) => other !== kind) || deniesNo(said.slice(0, end), words)) return 'both';
  if (QUESTION.test(left)) return 'question';
  if (kind === 'yes' && isReserved(left, words)) return 'condition';
  if (!isSeparated) return 'neither';
  const opposite = words.flatMap((table) => table[OPPOSITE[kind]].slice(0, 1));
  if (hasWord(left, opposite)) return 'both';
  return { verdict: kind, rest: left === '' ? '' : said.slice(first).replace(GAP, '').trim() };
}

/** "Don’t stop" forbids what would be a no by itself. */
function deniesNo(said: string, words: readonly AnswerWords[]): boolean {
  const text = comparable(said);
  return words
    .flatMap(({ not }) => not)
    .some((negation) =>
      [...text.matchAll(new RegExp(`(?<![\\p{L}\\p{N}])${negation}`, 'gu'))].some(({ index }) => {
        const rest = text.slice(index + negation.length);
        const next = rest.trimStart();
        return (
          (next !== rest || UNSPACED.test(next)) &&
          !next.startsWith(negation) &&
          phraseAt(next, words)?.kind === 'no'
        );
      }),
    );
}

/** A smile after a word adds nothing, and neither do brackets around nothing. */
function withoutSmile(text: string): string {
  const left = text.replace(SMILE, '');
  return SAYS_SOMETHING.test(left) || QUESTION.test(left) ? left : '';
}

/** Only words that decide nothing together, such as "maybe later" or "not now". */
function isHollow(text: string, words: readonly AnswerWords[]): boolean {
  const phrases = words
    .flatMap(({ yes, no, polite, reserve, unsure }) => [yes, no, polite, reserve, unsure].flat())
    .sort((a, b) => b.length - a.length);
  let left = comparable(text);
  for (;;) {
    left = left.replace(GAP, '');
    if (!SAYS_SOMETHING.test(left)) return true;
    const found = phrases.find(
      (phrase) =>
        left.startsWith(phrase) &&
        (UNSPACED.test(phrase) || !/^[\p{L}\p{M}\p{N}’]/u.test(left.slice(phrase.length))),
    );
    if (found === undefined) return false;
    left = left.slice(found.length);
  }
}

/** Whether what follows a no only explains it, or says it again in other words. */
export function isReason(text: string, language: string): boolean {
  const words = answerWords(language);
  const said = text.replace(GAP, '');
  const { end, kinds } = phrasesIn(said, words);
  const phrases = words.flatMap(({ leave, reason }) => [...leave, ...reason]);
  return kinds.includes('no') || beginsWith(said.slice(end), phrases);
}

/** Whether it only says to stop: "pause it for now". @param most words that such an order has. */
export function saysToLeave(text: string, language: string, most: number): boolean {
  const words = answerWords(language);
  const count =
    text.match(/\p{sc=Han}|\p{sc=Hiragana}+|\p{sc=Katakana}+|[\p{L}\p{N}’']+/gu)?.length ?? 0;
  return (
    count <= most &&
    beginsWith(
      text,
      words.flatMap(({ leave }) => leave),
    )
  );
}

function beginsWith(text: string, phrases: readonly string[]): boolean {
  const left = comparable(text).replace(GAP, '');
  return phrases.some(
    (phrase) =>
      left.startsWith(phrase) &&
      (UNSPACED.test(phrase) || !/^[\p{L}\p{M}\p{N}’]/u.test(left.slice(phrase.length))),
  );
}

function comparable(text: string): string {
  return text.toLowerCase().replaceAll("'", '’');
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
  const said = comparable(text).replace(MODIFIERS, '');
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
  return hasWord(
    text,
    words.flatMap(({ reserve, unsure }) => [...reserve, ...unsure]),
  );
}

function hasWord(text: string, words: readonly string[]): boolean {
  const said = comparable(text);
  return words.some(
    (word) =>
      said.includes(word) &&
      (UNSPACED.test(word) ||
        new RegExp(`(?<![\\p{L}\\p{N}])${word}(?![\\p{L}\\p{N}])`, 'u').test(said)),
  );
}

/** Status and answer together; a contradiction decides nothing. `undefined`: not answered yet. */
export function decisionOf(
  status: string,
  answer: string,
  language?: string,
): ReadAnswer | undefined {
  const read = answer.trim() === '' ? undefined : readAnswer(answer, language);
  if (status === 'open') return read;
  if (status !== 'approved' && status !== 'declined') return undefined;
  const verdict = status === 'approved' ? 'yes' : 'no';
  if (read === undefined) return { verdict, rest: '' };
  const contradicts = read.verdict === OPPOSITE[verdict];
  const ambiguity = contradicts ? 'both' : read.ambiguity;
  return ambiguity === undefined || ambiguity === 'neither'
    ? { verdict, rest: read.rest }
    : { verdict: 'text', rest: answer.trim(), ambiguity };
}
