/** Which block a line begins (CommonMark 0.31 §4). A span starts at the first non-blank. */

const HTML_BLOCK_NAMES = new Set(
  (
    'address article aside base basefont blockquote body caption center col colgroup dd details dialog dir div dl dt fieldset figcaption figure footer form frame frameset ' +
    'h1 h2 h3 h4 h5 h6 head header hr html iframe legend li link main menu menuitem nav noframes ol optgroup option p param search section summary table tbody td tfoot th thead title tr track ul'
  ).split(' '),
);
const HTML_RAW_NAMES = new Set(['script', 'pre', 'style', 'textarea']);
const COMPLETE_TAG =
  /^(?:<[A-Za-z][A-Za-z0-9-]*(?:[ \t]+[A-Za-z_:][\w.:-]*(?:[ \t]*=[ \t]*(?:[^ \t"'=<>`]+|'[^']*'|"[^"]*"))?)*[ \t]*\/?>|<\/[A-Za-z][A-Za-z0-9-]*[ \t]*>)[ \t]*$/;

/** Depth 1 to 6 of an ATX heading, else 0. */
export function atxDepth(text: string, start: number, end: number): number {
  let offset = start;
  while (offset < end && offset - start < 7 && text.charCodeAt(offset) === 35) offset++;
  const depth = offset - start;
  if (depth === 0 || depth > 6) return 0;
  return offset === end || isBlank(text.charCodeAt(offset)) ? depth : 0;
}

/** Text of an ATX heading without its closing `#`s. */
export function atxText(text: string, start: number, end: number, depth: number): string {
  const content = withoutComment(trimBlanks(text.slice(start + depth, end)));
  let last = content.length;
  while (last > 0 && content.charCodeAt(last - 1) === 35) last--;
  if (last === content.length) return content;
  if (last === 0) return '';
  return isBlank(content.charCodeAt(last - 1)) ? trimBlanks(content.slice(0, last)) : content;
}

/** Editors mark headings that way, as in `## Part <!-- omit in toc -->`. */
function withoutComment(content: string): string {
  if (!content.endsWith('-->')) return content;
  const start = content.lastIndexOf('<!--');
  return start < 1 ? content : trimBlanks(content.slice(0, start));
}

/** Length of the fence that opens here, else 0. */
export function fenceLength(text: string, start: number, end: number): number {
  const mark = text.charCodeAt(start);
  const length = runLength(text, start, end, mark);
  if (length < 3) return 0;
  if (mark === 96) {
    const tick = text.indexOf('`', start + length);
    if (tick !== -1 && tick < end) return 0;
  }
  return length;
}

/** Does this line close a fence of `length` marks? */
export function closesFence(
  text: string,
  start: number,
  end: number,
  fence: { readonly mark: number; readonly length: number },
): boolean {
  if (text.charCodeAt(start) !== fence.mark) return false;
  const length = runLength(text, start, end, fence.mark);
  if (length < fence.length) return false;
  return isBlankSpan(text, start + length, end);
}

/** Three or more `*`, `-` or `_` and nothing else but blanks. */
export function isThematicBreak(text: string, start: number, end: number): boolean {
  const mark = text.charCodeAt(start);
  let count = 0;
  for (let offset = start; offset < end; offset++) {
    const c = text.charCodeAt(offset);
    if (c === mark) count++;
    else if (!isBlank(c)) return false;
  }
  return count >= 3;
}

/** 1 for a line of `=`, 2 for a line of `-`, else 0. */
export function setextDepth(text: string, start: number, end: number): 0 | 1 | 2 {
  const mark = text.charCodeAt(start);
  if (mark !== 61 && mark !== 45) return 0;
  const length = runLength(text, start, end, mark);
  if (!isBlankSpan(text, start + length, end)) return 0;
  return mark === 61 ? 1 : 2;
}

/** Kind 1 to 7 of the HTML block that opens here, else 0. Kind 7 cannot interrupt a paragraph. */
export function htmlKind(text: string, start: number, end: number, interrupting: boolean): number {
  const c = text.charCodeAt(start + 1);
  if (c === 33) {
    if (text.startsWith('<!--', start)) return 2;
    if (text.startsWith('<![CDATA[', start)) return 5;
    return isLetter(text.charCodeAt(start + 2)) ? 4 : 0;
  }
  if (c === 63) return 3;
  const closing = c === 47;
  let offset = start + (closing ? 2 : 1);
  const nameStart = offset;
  if (!isLetter(text.charCodeAt(offset))) return 0;
  while (
    offset < end &&
    (isLetter(text.charCodeAt(offset)) ||
      isDigit(text.charCodeAt(offset)) ||
      text.charCodeAt(offset) === 45)
  )
    offset++;
  if (offset > end) return 0;
  const name = text.slice(nameStart, Math.min(offset, nameStart + 12)).toLowerCase();
  const after = offset < end ? text.charCodeAt(offset) : -1;
  const ends = after === -1 || isBlank(after) || after === 62;
  if (ends && !closing && HTML_RAW_NAMES.has(name)) return 1;
  if (HTML_BLOCK_NAMES.has(name) && (ends || (after === 47 && text.charCodeAt(offset + 1) === 62)))
    return 6;
  if (interrupting || (!closing && HTML_RAW_NAMES.has(name))) return 0;
  return COMPLETE_TAG.test(text.slice(start, end)) ? 7 : 0;
}

/** Does an HTML block of kinds 1 to 5 end on this line? (6 and 7 end before a blank line.) */
export function endsHtml(kind: number, line: string): boolean {
  switch (kind) {
    case 1:
      return /<\/(?:script|pre|style|textarea)>/i.test(line);
    case 2:
      return line.includes('-->');
    case 3:
      return line.includes('?>');
    case 4:
      return line.includes('>');
    case 5:
      return line.includes(']]>');
    default:
      return false;
  }
}

/** A list marker at `start`: its width, and whether it may interrupt a paragraph. */
export function listMarker(
  text: string,
  start: number,
  end: number,
): { readonly width: number; readonly interrupts: boolean } | undefined {
  const c = text.charCodeAt(start);
  if (c === 43 || c === 45 || c === 42) {
    if (!isMarkerEnd(text, start + 1, end)) return undefined;
    if (c !== 43 && isThematicBreak(text, start, end)) return undefined;
    return { width: 1, interrupts: true };
  }
  let offset = start;
  while (offset < end && offset - start < 9 && isDigit(text.charCodeAt(offset))) offset++;
  const digits = offset - start;
  const dot = text.charCodeAt(offset);
  if (
    digits === 0 ||
    offset >= end ||
    (dot !== 46 && dot !== 41) ||
    !isMarkerEnd(text, offset + 1, end)
  )
    return undefined;
  return { width: digits + 1, interrupts: digits === 1 && c === 49 };
}

/** Length of the `[^label]:` of a GFM footnote definition at `start`, else 0. */
export function noteMarker(text: string, start: number, end: number): number {
  if (text.charCodeAt(start + 1) !== 94) return 0;
  let offset = start + 2;
  for (; offset < end && offset - start <= 1001; offset++) {
    const c = text.charCodeAt(offset);
    if (c === 93)
      return offset > start + 2 && offset + 1 < end && text.charCodeAt(offset + 1) === 58
        ? offset + 2 - start
        : 0;
    if (c === 91 || isBlank(c)) return 0;
    const next = text.charCodeAt(offset + 1);
    if (c === 92 && (next === 91 || next === 92 || next === 93)) offset++;
  }
  return 0;
}

export function isBlankSpan(text: string, start: number, end: number): boolean {
  for (let offset = start; offset < end; offset++)
    if (!isBlank(text.charCodeAt(offset))) return false;
  return true;
}

/** `text` without spaces and tabs at its ends (other white space is text). */
export function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isMarkerEnd(text: string, offset: number, end: number): boolean {
  return offset >= end || isBlank(text.charCodeAt(offset));
}

function runLength(text: string, start: number, end: number, mark: number): number {
  let offset = start;
  while (offset < end && text.charCodeAt(offset) === mark) offset++;
  return offset - start;
}

export function isBlank(c: number): boolean {
  return c === 32 || c === 9;
}

function isLetter(c: number): boolean {
  return (c >= 65 && c <= 90) || (c >= 97 && c <= 122);
}

function isDigit(c: number): boolean {
  return c >= 48 && c <= 57;
}
