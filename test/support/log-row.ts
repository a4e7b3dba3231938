/** A row of a log, with a cell for each column that the log has: a new column breaks no test. */
import { fieldName } from '../../src/markdown/field-name.js';

/** @param log the text of the page, whose last table is the log. @param cells by field; the others are empty. */
export function logRow(log: string, cells: Readonly<Record<string, string | number>>): string {
  const lines = log.split('\n');
  const header = lines[lines.findLastIndex((line) => line.startsWith('|---')) - 1] ?? '';
  const columns = header.split('|').slice(1, -1).map(fieldName);
  const unknown = Object.keys(cells).filter((name) => !columns.includes(name));
  if (unknown.length > 0) throw new Error(`the log has no column ${unknown.join(', ')}`);
  return `| ${columns.map((name) => cells[name] ?? '-').join(' | ')} |\n`;
}
