/** Offsets of a Doc as ranges of its file. */
import { defined } from '../kernel/defined.js';
import { rangeAt } from '../kernel/text-position.js';
import type { Diagnostic, Range } from '../kernel/diagnostic.js';
import type { Doc } from './types.js';

export function rangeOf(
  doc: Doc,
  file: string,
  span: { readonly start: number; readonly end: number },
): Range {
  return rangeAt({ starts: doc.lineStarts, length: doc.text.length }, file, span.start, span.end);
}

/** An error about the shape of records, at a span. */
export function shapeError(
  range: Range,
  message: string,
  facts: {
    readonly expected?: string;
    readonly actual?: string;
    readonly hint?: string;
    readonly related?: Diagnostic['related'];
  } = {},
): Diagnostic {
  const { related, ...rest } = facts;
  return {
    rule: 'record-shape',
    severity: 'error',
    message,
    range,
    ...rest,
    ...defined({ related }),
  };
}
