/** Parts of a text that could be base64 or hex: long words, and blocks of lines of such words. */

export type EncodedRun = {
  readonly start: number;
  readonly end: number;
  /** The characters without line ends and indents. */
  readonly characters: string;
};

const SHORTEST = 24;
const SHORTEST_LINE = 1;

/** 1 for A–Z, a–z, 0–9 and + / _ -. */
const CODE = new Uint8Array(128);
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-')
  CODE[character.charCodeAt(0)] = 1;
/** Behind the end there is NaN, of which V8 makes the name of a property, slowly. */
const isCode = (text: string, offset: number): boolean =>
  (CODE[text.charCodeAt(offset) | 0] ?? 0) === 1;

/**
 * Words of at least 24 such characters, then blocks of at least two lines. A block may begin at the
 * end of the line above it.
 */
export function encodedRuns(text: string): readonly EncodedRun[] {
  return [...words(text), ...blocks(text)].filter((run) => plausible(run.characters));
}

/** Looks at every 24th character until one fits, which no word of that length can escape. */
function words(text: string): EncodedRun[] {
  const runs: EncodedRun[] = [];
  for (let probe = SHORTEST - 1; probe < text.length; probe += SHORTEST) {
    if (!isCode(text, probe)) continue;
    let start = probe;
    while (start > 0 && isCode(text, start - 1)) start -= 1;
    let end = probe + 1;
    while (end < text.length && isCode(text, end)) end += 1;
    if (end - start >= SHORTEST) runs.push({ start, end, characters: text.slice(start, end) });
    probe = Math.max(probe, end - 1);
  }
  return runs;
}

function blocks(text: string): EncodedRun[] {
  const runs: EncodedRun[] = [];
  let first = -1;
  let lines = 0;
  const close = (end: number): void => {
    if (first >= 0 && lines > 0) {
      const start = tailOfLineAbove(text, first);
      if (lines > 1 || start < first) {
        const characters = text.slice(start, end).replace(/[\s=]/g, '');
        if (characters.length >= SHORTEST) runs.push({ start, end, characters });
      }
    }
    first = -1;
    lines = 0;
  };
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const next = newline < 0 ? text.length : newline + 1;
    const end = codeLineEnd(text, start, next);
    if (end < 0) close(start);
    else {
      if (first < 0) first = start;
      lines += 1;
      if (newline < 0) close(end);
    }
    start = next;
  }
  close(text.length);
  return runs;
}

/** Where the code of a line ends if the line has only an indent and code; otherwise -1. */
function codeLineEnd(text: string, start: number, next: number): number {
  let offset = start;
  while (offset < next && (text.charAt(offset) === ' ' || text.charAt(offset) === '\t'))
    offset += 1;
  const from = offset;
  while (offset < next && isCode(text, offset)) offset += 1;
  if (offset - from < SHORTEST_LINE) return -1;
  const end = offset;
  while (
    offset < next &&
    (text.charAt(offset) === '=' || text.charAt(offset) === '\r' || text.charAt(offset) === ' ')
  )
    offset += 1;
  return offset === next || text.charAt(offset) === '\n' ? end : -1;
}

/** The start of the code at the very end of the line above, or `start` itself. */
function tailOfLineAbove(text: string, start: number): number {
  let offset = start - 1;
  while (offset > 0 && (text.charAt(offset - 1) === '\r' || text.charAt(offset - 1) === ' '))
    offset -= 1;
  const end = offset;
  while (offset > 0 && isCode(text, offset - 1)) offset -= 1;
  return offset >= 0 && end - offset >= 8 ? offset : start;
}

/** Base64 mixes both cases, and hex has only digits and a to f; prose and file names do neither. */
function plausible(characters: string): boolean {
  return (
    (/[A-Z]/.test(characters) && /[a-z]/.test(characters)) ||
    /^(?:[0-9a-f]+|[0-9A-F]+)$/.test(characters)
  );
}
