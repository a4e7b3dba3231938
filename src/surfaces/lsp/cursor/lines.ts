/** The line of an offset. */
import { lineEndAt, lineIndexAt } from '../../../markdown/line-starts.js';
import type { Doc } from '../../../markdown/types.js';

export type Line = { readonly text: string; readonly start: number; readonly index: number };

export function lineAt(doc: Doc, offset: number): Line {
  return lineOf(doc, lineIndexAt(doc.lineStarts, offset));
}

/** @param index counted from 0. */
export function lineOf(doc: Doc, index: number): Line {
  const start = doc.lineStarts[index] ?? doc.text.length;
  return { text: doc.text.slice(start, lineEndAt(doc.text, doc.lineStarts, index)), start, index };
}
