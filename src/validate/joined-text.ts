/**
 * Text in which what was split is joined again, so that a credential is found although invisible
 * characters, line breaks, quotes of a concatenation, wide letters or entities are in it.
 */

/** `offsets[i]` is where character `i` was in the text that was given; one more for the end. */
export type JoinedText = { readonly text: string; readonly offsets: readonly number[] };

const INVISIBLE = '\\u00ad\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2064\\ufeff';
const INVISIBLE_ONLY = new RegExp(`^[${INVISIBLE}]$`);
const PIECE = '[\\w+/=.~-]{2,}';
/** The end of a line; `" + "` and the like. */
const BREAK = `(?:[ \\t]*\\\\?\\r?\\n[ \\t>#*|]*|["'\`][ \\t]*[+.&,]?\\s*["'\`])`;
const SPLIT = new RegExp(`(?<![\\w+/=.~-])${PIECE}(?:${BREAK}${PIECE})+`, 'g');
const DISGUISE = new RegExp(`[${INVISIBLE}]|[\\uff01-\\uff5e]|&#(?:x([\\da-f]+)|(\\d+));`, 'gi');

/** Each split word in one piece, a line for each; and the whole text with disguises undone. */
export function joinedTexts(text: string): readonly JoinedText[] {
  const joined = splitWords(text);
  return text.search(DISGUISE) < 0 ? joined : [...joined, undisguised(text)];
}

function splitWords(text: string): readonly JoinedText[] {
  const parts: string[] = [];
  const offsets: number[] = [];
  const breaks = new RegExp(BREAK, 'g');
  for (const { 0: run, index } of text.matchAll(SPLIT)) {
    let from = 0;
    for (const separator of [...run.matchAll(breaks), undefined]) {
      const to = separator?.index ?? run.length;
      parts.push(run.slice(from, to));
      for (let i = from; i < to; i++) offsets.push(index + i);
      from = to + (separator?.[0].length ?? 0);
    }
    parts.push('\n');
    offsets.push(index + run.length);
  }
  return parts.length === 0 ? [] : [{ text: parts.join(''), offsets: [...offsets, text.length] }];
}

function undisguised(text: string): JoinedText {
  const parts: string[] = [];
  const offsets: number[] = [];
  let from = 0;
  const copy = (to: number): void => {
    parts.push(text.slice(from, to));
    for (let i = from; i < to; i++) offsets.push(i);
  };
  for (const match of text.matchAll(DISGUISE)) {
    copy(match.index);
    const code = match[1] === undefined ? Number(match[2]) : Number.parseInt(match[1], 16);
    const plain =
      match[1] === undefined && match[2] === undefined
        ? match[0].normalize('NFKC').replace(INVISIBLE_ONLY, '')
        : String.fromCharCode(code > 0xffff ? 0xfffd : code);
    parts.push(plain);
    if (plain !== '') offsets.push(match.index);
    from = match.index + match[0].length;
  }
  copy(text.length);
  return { text: parts.join(''), offsets: [...offsets, text.length] };
}
