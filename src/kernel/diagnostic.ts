/** A diagnostic: something is wrong in the user's files, where, and what was expected. */

/**
 * A place in a file. Lines and columns are 1-based; columns count UTF-16 units; the end is
 * exclusive.
 */
export type Range = {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
};

export type Severity = 'error' | 'warning' | 'info';

/**
 * Replace the UTF-16 units [start, end) of `file` by `newText`. Offsets count from the start of the
 * file's text, a BOM included.
 */
export type TextEdit = {
  readonly file: string;
  readonly start: number;
  readonly end: number;
  readonly newText: string;
};

export type Diagnostic = {
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  readonly range: Range;
  readonly expected?: string;
  readonly actual?: string;
  readonly hint?: string;
  readonly fix?: readonly TextEdit[];
  readonly related?: readonly Related[];
};

/** Another place that the diagnostic is about. */
export type Related = { readonly message: string; readonly range: Range };

/** The range of a whole file, for facts without a more precise place (missing, not UTF-8). */
export function fileRange(file: string): Range {
  return { file, line: 1, column: 1, endLine: 1, endColumn: 1 };
}

const RANK: Record<Severity, number> = { error: 0, warning: 1, info: 2 };

/** The order of reports: file, line, column, severity, rule, message. */
export function compareDiagnostics(a: Diagnostic, b: Diagnostic): number {
  return (
    compareText(a.range.file, b.range.file) ||
    a.range.line - b.range.line ||
    a.range.column - b.range.column ||
    RANK[a.severity] - RANK[b.severity] ||
    compareText(a.rule, b.rule) ||
    compareText(a.message, b.message)
  );
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
