/** Rules record-shape and locator-ambiguous: the records of a file can be read. */
import type { Diagnostic, TextEdit } from '../../kernel/diagnostic.js';
import { findTable } from '../../markdown/find-records.js';
import type { GovernedFile } from '../governed-file.js';
import type { FileRule } from '../rule.js';

export const recordShape: FileRule = {
  kind: 'file',
  id: 'record-shape',
  severity: 'error',
  suppressible: 'never',
  run: (file) => {
    const problems = distinct(file.problems.filter((problem) => problem.rule === 'record-shape'));
    if (problems.length === 0) return problems;
    const fixes = missingCells(file);
    return problems.map((problem) => {
      const fix = fixes.get(problem.range.line);
      return fix === undefined ? problem : { ...problem, fix: [fix] };
    });
  },
};

export const locatorAmbiguous: FileRule = {
  kind: 'file',
  id: 'locator-ambiguous',
  severity: 'error',
  suppressible: 'never',
  run: (file) => distinct(file.problems.filter((problem) => problem.rule === 'locator-ambiguous')),
};

/** Two objects that read the same front matter find the same mistake. */
function distinct(problems: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<string>();
  return problems.filter(({ range, message }) => {
    const id = `${range.line}:${range.column} ${message}`;
    return seen.has(id) ? false : seen.add(id);
  });
}

/** By line, the edit that fills a row with too few cells. Rows of logs are not edited. */
function missingCells(file: GovernedFile): ReadonlyMap<number, TextEdit> {
  const fixes = new Map<number, TextEdit>();
  for (const object of file.objects) {
    if (object.shape !== 'table' || object.locator.kind !== 'table' || file.doc === undefined)
      continue;
    const found = findTable(file.doc, object.locator);
    if (found.kind !== 'found') continue;
    const columns = found.table.header.cells.length;
    for (const row of found.table.rows) {
      const missing = columns - row.cells.length;
      if (missing <= 0) continue;
      const line = file.doc.text.slice(row.start, row.end);
      const end = row.start + line.trimEnd().length;
      const closed = /(?<!\\)\|$/.test(line.trimEnd());
      fixes.set(row.line, {
        file: file.path,
        start: end,
        end,
        newText: `${closed ? '' : ' |'}${' - |'.repeat(missing)}`,
      });
    }
  }
  return fixes;
}
