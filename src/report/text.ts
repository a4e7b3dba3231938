/** Findings for people: grouped by file, each with its line and a caret below what is meant. */
import type { Diagnostic } from '../kernel/diagnostic.js';
import { plural } from '../kernel/words.js';
import { codeFrame, printable } from './code-frame.js';
import { countsOf, type Findings } from './types.js';

export type TextOptions = {
  /** A file as its findings are headed; default: its name. */
  readonly heading?: (file: string) => string;
  readonly color: boolean;
  /** Columns of the terminal. */
  readonly width: number;
  /** The text of a file, at least in these lines; `undefined` when there is none to quote. */
  readonly textOf: (file: string, lines: readonly number[]) => string | undefined;
};

const COLORS = { error: 31, warning: 33, info: 36 } as const;

export function textReport(findings: Findings, options: TextOptions): string {
  const groups = new Map<string, Diagnostic[]>();
  for (const diagnostic of findings.diagnostics) {
    const group = groups.get(diagnostic.range.file) ?? [];
    groups.set(diagnostic.range.file, group);
    group.push(diagnostic);
  }
  const parts = [...groups].map(([file, group]) => {
    const lines =
      options
        .textOf(
          file,
          group.map(({ range }) => range.line),
        )
        ?.replace(/^\ufeff/, '')
        .split(/\r\n|\n|\r/) ?? [];
    const hidden = group
      .filter((diagnostic) => diagnostic.rule === 'secret')
      .map((diagnostic) => diagnostic.range);
    return `${options.heading?.(file) ?? printable(file)}\n${group.map((diagnostic) => entry(diagnostic, { lines, hidden, ...options })).join('\n')}`;
  });
  return `${parts.map((part) => `${part}\n`).join('\n')}${parts.length > 0 ? '\n' : ''}${footer(findings)}\n`;
}

function entry(
  diagnostic: Diagnostic,
  options: {
    readonly lines: readonly string[];
    readonly hidden: readonly Diagnostic['range'][];
  } & TextOptions,
): string {
  const { severity, rule, hint, range, related = [] } = diagnostic;
  const message = printable(diagnostic.message);
  const word = options.color ? `\u001b[${COLORS[severity]}m${severity}\u001b[39m` : severity;
  const notes = [
    ...(hint === undefined ? [] : [`hint: ${printable(hint)}`]),
    ...related.map(
      (note) => `${note.message}: ${note.range.file}:${note.range.line}:${note.range.column}`,
    ),
    ...(diagnostic.fix === undefined ? [] : ['nocturne validate --fix puts it right']),
  ];
  return [
    `  ${range.line}:${range.column}  ${word}  ${rule}  ${message}`,
    ...codeFrame(options.lines, range, { width: options.width, hidden: options.hidden }),
    ...notes.map((note) => `      ${note}`),
  ].join('\n');
}

/** `2 errors, 1 warning in 40 files (312 records)`. */
export function footer({ diagnostics, files, records }: Findings): string {
  const { errors, warnings, infos } = countsOf(diagnostics);
  const noted = infos === 0 ? '' : `, ${infos} to know`;
  return `${plural(errors, 'error')}, ${plural(warnings, 'warning')}${noted} in ${plural(files, 'file')} (${plural(records, 'record')})`;
}
