/** What a report is made of: the findings, what was looked at, and the texts that frames quote. */
import type { Diagnostic } from '../kernel/diagnostic.js';

export type Findings = {
  readonly diagnostics: readonly Diagnostic[];
  /** How many files were looked into, and how many records they hold. */
  readonly files: number;
  readonly records: number;
};

export type Counts = { readonly errors: number; readonly warnings: number; readonly infos: number };

export function countsOf(diagnostics: readonly Diagnostic[]): Counts {
  const countOf = (severity: Diagnostic['severity']): number =>
    diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
  return { errors: countOf('error'), warnings: countOf('warning'), infos: countOf('info') };
}
