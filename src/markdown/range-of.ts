/** Converts offsets of a Doc into ranges of its file. */
import { rangeAt } from '../kernel/text-position.js';
import type { Diagnostic, Range } from '../kernel/diagnostic.js';
import type { Doc, Span } from './types.js';

export function rangeOf(doc: Doc, file: string, span: Span): Range {
  return rangeAt({ starts: doc.lineStarts, length: doc.text.length }, file, span.start, span.end);
}

/** An error about the shape of records, at a span. */
export function shapeError(
  range: Range,
  message: string,
  facts: Pick<Diagnostic, 'expected' | 'actual' | 'hint'> = {},
): Diagnostic {
  return { rule: 'record-shape', severity: 'error', message, range, ...facts };
}
