/**
 * Link reference definitions at the start of a paragraph (CommonMark 0.31 §4.7), which are not part
 * of a setext heading below them.
 */
import { isBlank } from './block-start.js';

const LABEL = /\[(?!\s*\])(?:[^[\]\\]|\\[^])+\]:/y;
const TARGET = /[ \t]*(?:(?:\r\n|\n|\r)[ \t]*)?(?:<(?:[^<>\\\r\n]|\\[^\r\n])*>|(?!<)[^\s]+)/y;
const LINE_END = /[ \t]*(?:\r\n|\n|\r|$)/y;
const TITLE =
  /(?:[ \t]+|[ \t]*(?:\r\n|\n|\r)[ \t]*)(?:"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'|\((?:[^()\\]|\\[^])*\))/y;
const MAX_LABEL = 1001;

/** Length of the definitions at the start of `paragraph`. */
export function definitionsLength(paragraph: string): number {
  let length = 0;
  while (paragraph.charCodeAt(length) === 91) {
    const end = definitionEnd(paragraph, length);
    if (end === undefined) break;
    length = end;
    while (isBlank(paragraph.charCodeAt(length))) length++;
  }
  return length;
}

function definitionEnd(text: string, start: number): number | undefined {
  const label = match(LABEL, text, start);
  if (label === undefined || label - start > MAX_LABEL) return undefined;
  const target = match(TARGET, text, label);
  if (target === undefined) return undefined;
  const plain = match(LINE_END, text, target);
  const title = match(TITLE, text, target);
  const titled = title === undefined ? undefined : match(LINE_END, text, title);
  return titled ?? plain;
}

function match(pattern: RegExp, text: string, offset: number): number | undefined {
  pattern.lastIndex = offset;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}
