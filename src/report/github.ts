/** Findings as the workflow commands of GitHub Actions, which become annotations. */
import type { Diagnostic, Severity } from '../kernel/diagnostic.js';
import type { Findings } from './types.js';

const COMMANDS: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  info: 'notice',
};

export function githubReport({ diagnostics }: Findings): string {
  return diagnostics.map((diagnostic) => `${annotation(diagnostic)}\n`).join('');
}

function annotation({ rule, severity, message, hint, range }: Diagnostic): string {
  const { file, line, column, endLine, endColumn } = range;
  // Columns are only taken where the place is on one line.
  const columns = line === endLine ? [`col=${column}`, `endColumn=${endColumn}`] : [];
  const place = [
    `file=${property(file)}`,
    `line=${line}`,
    `endLine=${endLine}`,
    ...columns,
    `title=${property(rule)}`,
  ];
  return `::${COMMANDS[severity]} ${place.join(',')}::${data(hint === undefined ? message : `${message}\n${hint}`)}`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
