/** Quotes untrusted text in a prompt so that it cannot end its own quotation. */

export type Quoted = {
  readonly title: string;
  readonly source: string;
  readonly sha256: string;
  readonly text: string;
};

/** Digits of a hash that tell versions of one file apart. A model reads the prompt many times. */
const SHOWN_DIGITS = 12;

/** The fence is longer than any run of backticks in the text. */
export function quoteData({ title, source, sha256, text }: Quoted, note?: string): string {
  const fence = fenceFor(text);
  const about = [
    `source: ${oneLine(source)}`,
    `sha256: ${oneLine(sha256).slice(0, SHOWN_DIGITS)}`,
    ...(note === undefined ? [] : [note]),
  ].join(' · ');
  return `### Data: ${oneLine(title)}\n${about}\n${fence}data\n${text}${text.endsWith('\n') || text === '' ? '' : '\n'}${fence}\n`;
}

export function fenceFor(text: string): string {
  let longest = 2;
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  return '`'.repeat(longest + 1);
}

/** A name that somebody else chose: one line, no control characters or backticks, at most 200. */
export function oneLine(text: string): string {
  return text
    .replace(/[\p{C}\p{Zl}\p{Zp}`]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200);
}
