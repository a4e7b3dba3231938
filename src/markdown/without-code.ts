/** The prose of a text, with code blanked out, so that offsets stay the same. */
import type { Doc, Span } from './types.js';

const CODE_SPAN = /(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g;
const CODE_SPAN_OR_COMMENT = /(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)|<!--[\s\S]*?-->/g;

/** Replaces fences and code spans by blanks, and on request comments and front matter. */
export function withoutCode(
  doc: Doc,
  also: { readonly comments?: boolean; readonly frontMatter?: boolean } = {},
): string {
  const front = also.frontMatter === true && doc.frontMatter !== undefined ? [doc.frontMatter] : [];
  const text = blanked(doc.text, [...front, ...doc.fences]);
  const pattern = also.comments === true ? CODE_SPAN_OR_COMMENT : CODE_SPAN;
  return text.includes('`') || text.includes('<!--')
    ? text.replace(pattern, (code) => ' '.repeat(code.length))
    : text;
}

/** @param spans in order, not overlapping. */
function blanked(text: string, spans: readonly Span[]): string {
  if (spans.length === 0) return text;
  const parts: string[] = [];
  let offset = 0;
  for (const { start, end } of spans) {
    parts.push(text.slice(offset, start), ' '.repeat(end - start));
    offset = end;
  }
  parts.push(text.slice(offset));
  return parts.join('');
}
