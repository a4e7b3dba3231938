/**
 * Text in which what was split is joined again, so that a credential is found although invisible
 * characters, line breaks, quotes of a concatenation, wide letters or entities are in it.
 */
import { LONG } from './long-words.js';

/** `sourceOf(i)`: where character `i` was in the text that was given. */
export type JoinedText = { readonly text: string; readonly sourceOf: (offset: number) => number };

const INVISIBLE = '\\u00ad\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2064\\ufeff';
const INVISIBLE_ONLY = new RegExp(`^[${INVISIBLE}]$`);
const DISGUISE = new RegExp(`[${INVISIBLE}]|[\\uff01-\\uff5e]|&#(?:x([\\da-f]+)|(\\d+));`, 'gi');
/** Characters in a piece of a word. */
const SHORTEST = 2;
/**
 * No rule finds anything in a shorter joined word, except the tokens of Slack, which contain `-`.
 * Few words of prose are so long, although each line of it ends with one that might go on.
 */
export const LONG_JOINED = 20;

/** Each split word in one piece, a line for each; and the whole text with disguises undone. */
export function joinedTexts(text: string): readonly JoinedText[] {
  const plain = mayHoldDisguise(text) ? undisguised(text) : undefined;
  return [splitWords(text), plain].filter((joined) => joined !== undefined);
}

/** In ASCII, which is counted much faster than searched, only entities are disguises. */
function mayHoldDisguise(text: string): boolean {
  return (
    (text.includes('&#') || Buffer.byteLength(text) !== text.length) && text.search(DISGUISE) >= 0
  );
}

/** 1: word, 2: blank, 3: quote, 4: begins a line of a quotation, a list or a table. */
const CLASS = new Uint8Array(128);
const [WORD, BLANK, QUOTE, MARKER] = [1, 2, 3, 4];
for (const [characters, kind] of [
  ['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+/=.~-', WORD],
  [' \t', BLANK],
  ['"\'`', QUOTE],
  ['>#*|', MARKER],
] as const)
  for (const character of characters) CLASS[character.charCodeAt(0)] = kind;
/** Behind the end there is NaN, of which V8 makes the name of a property, slowly. */
const classAt = (text: string, offset: number): number => CLASS[text.charCodeAt(offset) | 0] ?? 0;
const [NEWLINE, RETURN, BACKSLASH] = [10, 13, 92];

/** A word goes on only after a quote or at the end of its line, so it looks only there. */
const BREAKS = ['\n', '"', "'", '`'];

function splitWords(text: string): JoinedText | undefined {
  const pieces = collectPieces();
  const breaks = breaksOf(text);
  let done = 0;
  for (let offset = breaks(0); offset < text.length; ) {
    const end = wordBefore(text, offset);
    let start = end;
    while (start > done && classAt(text, start - 1) === WORD) start -= 1;
    if (end - start >= SHORTEST) done = joinWord(text, start, pieces);
    offset = breaks(Math.max(offset + 1, done));
  }
  return pieces.joined();
}

/** Finds the first break from an offset on, for offsets that grow; the length if there is none. */
function breaksOf(text: string): (from: number) => number {
  const next = BREAKS.map(() => -1);
  return (from) => {
    let first = text.length;
    for (let i = 0; i < next.length; i++) {
      let offset = next[i] ?? -1;
      if (offset < from) {
        const found = text.indexOf(BREAKS[i] ?? '', from);
        offset = found < 0 ? text.length : found;
        next[i] = offset;
      }
      if (offset < first) first = offset;
    }
    return first;
  };
}

/** The end of the word that this quote or end of a line follows; itself if there is none. */
function wordBefore(text: string, offset: number): number {
  if (text.charCodeAt(offset) !== NEWLINE) return offset;
  let end = offset;
  if (text.charCodeAt(end - 1) === RETURN) end -= 1;
  if (text.charCodeAt(end - 1) === BACKSLASH) end -= 1;
  while (classAt(text, end - 1) === BLANK) end -= 1;
  return end;
}

/** @returns the end of the word that begins there, and of what continues it. */
function joinWord(text: string, first: number, pieces: Pieces): number {
  let start = first;
  let end = wordEnd(text, start);
  /** Of the pieces, in turn: where they start and end. */
  let places: number[] | undefined;
  let length = end - start;
  while (end - start >= SHORTEST) {
    const next = afterBreak(text, end);
    const nextEnd = next < 0 ? next : wordEnd(text, next);
    if (next < 0 || nextEnd - next < SHORTEST) break;
    places ??= [start, end];
    places.push(next, nextEnd);
    length += nextEnd - next;
    [start, end] = [next, nextEnd];
  }
  if (places === undefined || length < LONG) return end;
  if (length >= LONG_JOINED || text.slice(first, end).includes('-')) addWord(text, places, pieces);
  return end;
}

/** An empty line follows, so that different words are not read as one block of base64. */
function addWord(text: string, places: readonly number[], pieces: Pieces): void {
  for (let i = 0; i < places.length; i += 2)
    pieces.add(text.slice(places[i], places[i + 1]), places[i] ?? 0);
  pieces.add('\n\n', places.at(-1) ?? 0);
}

function wordEnd(text: string, start: number): number {
  let end = start;
  while (classAt(text, end) === WORD) end += 1;
  return end;
}

/** Where the text goes on after a line, or after `" + "` and the like; -1 for neither. */
function afterBreak(text: string, end: number): number {
  return classAt(text, end) === QUOTE ? afterQuotes(text, end + 1) : afterLineEnd(text, end);
}

function afterLineEnd(text: string, end: number): number {
  let offset = afterBlanks(text, end);
  if (text.charCodeAt(offset) === BACKSLASH) offset += 1;
  if (text.charCodeAt(offset) === RETURN) offset += 1;
  if (text.charCodeAt(offset) !== NEWLINE) return -1;
  offset += 1;
  while (classAt(text, offset) === BLANK || classAt(text, offset) === MARKER) offset += 1;
  return offset;
}

function afterQuotes(text: string, start: number): number {
  let offset = afterBlanks(text, start);
  if ('+.&,'.includes(text.charAt(offset)) && offset < text.length) offset += 1;
  while (offset < text.length && /\s/.test(text.charAt(offset))) offset += 1;
  return classAt(text, offset) === QUOTE ? offset + 1 : -1;
}

function afterBlanks(text: string, start: number): number {
  let offset = start;
  while (classAt(text, offset) === BLANK) offset += 1;
  return offset;
}

/** Collects the parts of a new text, with their places in the old one. */
type Pieces = {
  readonly add: (part: string, source: number) => void;
  readonly joined: () => JoinedText | undefined;
};

function collectPieces(): Pieces {
  const parts: string[] = [];
  const starts: number[] = [];
  const sources: number[] = [];
  let length = 0;
  const sourceOf = (offset: number): number => {
    const part = lastUpTo(starts, offset);
    return (sources[part] ?? 0) + offset - (starts[part] ?? 0);
  };
  return {
    add(part, source) {
      parts.push(part);
      starts.push(length);
      sources.push(source);
      length += part.length;
    },
    joined: () => (length === 0 ? undefined : { text: parts.join(''), sourceOf }),
  };
}

/** The index of the last number that is not greater, of numbers in order. */
function lastUpTo(numbers: readonly number[], most: number): number {
  let [low, high] = [0, numbers.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((numbers[middle] ?? 0) <= most) low = middle;
    else high = middle - 1;
  }
  return low;
}

function undisguised(text: string): JoinedText | undefined {
  const pieces = collectPieces();
  let from = 0;
  for (const match of text.matchAll(DISGUISE)) {
    if (match.index > from) pieces.add(text.slice(from, match.index), from);
    const code = match[1] === undefined ? Number(match[2]) : Number.parseInt(match[1], 16);
    const plain =
      match[1] === undefined && match[2] === undefined
        ? match[0].normalize('NFKC').replace(INVISIBLE_ONLY, '')
        : String.fromCharCode(code > 0xffff ? 0xfffd : code);
    if (plain !== '') pieces.add(plain, match.index);
    from = match.index + match[0].length;
  }
  pieces.add(text.slice(from), from);
  return pieces.joined();
}
