/** Undoes what a formatter did to the table of a log: the links say which spelling was written. */
import { genesis } from '../kernel/chain.js';
import { isLineLog } from '../markdown/read-lines.js';
import { formatRow, parseRow } from '../markdown/row.js';
import { follows } from './chain-row.js';

const DELIMITER = /^\s*\|(?:\s*:?-+:?\s*\|)+\s*$/;

/**
 * The log as Nocturne writes it, up to the first row that does not follow from the one before.
 * `isWhole`: no row is left out.
 * @param opening the text above the rows, if it is known.
 */
export function rebuiltLog(
  text: string,
  log: { readonly file: string; readonly opening: string | undefined },
): { readonly text: string; readonly isWhole: boolean } | undefined {
  if (isLineLog(log.file)) return undefined;
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\r|\n/);
  const delimiter = lines.findIndex((line, i) => i > 0 && DELIMITER.test(line));
  const header = parseRow(lines[delimiter - 1] ?? '');
  if (delimiter === -1 && log.opening === undefined) return undefined;
  const opening =
    log.opening ??
    [
      ...lines.slice(0, delimiter - 1),
      formatRow(header),
      `|${'---|'.repeat(header.length)}`,
      '',
    ].join('\n');
  const rows: string[] = [];
  let head = genesis(log.file);
  for (const line of lines.slice(delimiter + 1)) {
    if (!line.trimStart().startsWith('|')) continue;
    const cells = spellings(parseRow(line)).find((values) =>
      follows(head, { values: values.slice(0, -1), link: values.at(-1) ?? '' }),
    );
    if (cells === undefined) return { text: opening + rows.join(''), isWhole: false };
    rows.push(`${formatRow(cells)}\n`);
    head = cells.at(-1) ?? '';
  }
  return { text: opening + rows.join(''), isWhole: true };
}

/** Formatters escape characters, and write emphasis with underscores. */
function spellings(cells: readonly string[]): readonly (readonly string[])[] {
  const plain = cells.map((cell) => cell.replace(/\\([!-/:-@[-`{-~])/g, '$1'));
  const starred = (values: readonly string[]): readonly string[] =>
    values.map((value) => value.replace(/_([^_]+)_/g, '*$1*'));
  return [cells, plain, starred(cells), starred(plain)];
}
