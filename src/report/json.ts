/** Findings as the document of `nocturne validate --json`; the surface adds `schema` and `ok`. */
import { defined } from '../kernel/defined.js';
import type { Diagnostic } from '../kernel/diagnostic.js';
import { countsOf, type Findings } from './types.js';

export type DiagnosticJson = Pick<
  Diagnostic,
  'rule' | 'severity' | 'message' | 'expected' | 'actual' | 'hint'
> &
  Diagnostic['range'] & { readonly fixable: boolean };
export type ReportJson = {
  readonly diagnostics: readonly DiagnosticJson[];
  readonly summary: ReturnType<typeof countsOf> & {
    readonly files: number;
    readonly records: number;
  };
};

export function jsonReport({ diagnostics, files, records }: Findings): ReportJson {
  return {
    diagnostics: diagnostics.map(diagnosticJson),
    summary: { ...countsOf(diagnostics), files, records },
  };
}

export function diagnosticJson({
  rule,
  severity,
  message,
  range,
  expected,
  actual,
  hint,
  fix,
}: Diagnostic): DiagnosticJson {
  const { file, line, column, endLine, endColumn } = range;
  return {
    rule,
    severity,
    message,
    file,
    line,
    column,
    endLine,
    endColumn,
    ...defined({ expected, actual, hint }),
    fixable: fix !== undefined,
  };
}
