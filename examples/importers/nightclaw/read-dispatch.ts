/** Reads the dispatch table, including rows that NightClaw's program wrote below another table. */
import { parseRow } from '../../../src/markdown/row.js';
import { withoutFences } from './sections.js';
import { numberOf, timeOf, tokenOf, wordOf } from './plain-values.js';

/** `index`: its place among the rows. */
export type DispatchRow = {
  readonly index: number;
  readonly slug: string;
  readonly priority: number | undefined;
  readonly phase: string;
  readonly status: string;
  readonly lastPass: string;
  readonly escalation: string;
};

type Column = Exclude<keyof DispatchRow, 'index'>;

const NAMES: Readonly<Record<string, Column>> = {
  priority: 'priority',
  'project slug': 'slug',
  slug: 'slug',
  project: 'slug',
  phase: 'phase',
  status: 'status',
  'last worker pass': 'lastPass',
  'escalation pending': 'escalation',
  escalation: 'escalation',
};

export function readDispatch(page: string): readonly DispatchRow[] {
  const lines = withoutFences(page)
    .split(/\r?\n/)
    .filter((line) => line.trimStart().startsWith('|'))
    .map(parseRow);
  const header = lines.find(
    (cells) => columnsOf(cells).has('slug') && columnsOf(cells).has('status'),
  );
  if (header === undefined) return [];
  const columns = columnsOf(header);
  const rows = lines
    .filter(
      (cells) =>
        cells !== header &&
        cells.length === header.length &&
        !cells.every((cell) => /^:?-+:?$/.test(cell) || cell === ''),
    )
    .map((cells, index) => rowOf(cells, columns, index));
  const seen = new Set<string>();
  return rows.filter(
    (row) =>
      /^[a-z0-9][\w.-]*$/i.test(row.slug) &&
      !seen.has(row.slug) &&
      seen.add(row.slug) !== undefined,
  );
}

function columnsOf(cells: readonly string[]): ReadonlyMap<Column, number> {
  return new Map(
    cells.flatMap((cell, i): [Column, number][] => {
      const name = NAMES[cell.toLowerCase().replaceAll('*', '').trim()];
      return name === undefined ? [] : [[name, i]];
    }),
  );
}

function rowOf(
  cells: readonly string[],
  columns: ReadonlyMap<Column, number>,
  index: number,
): DispatchRow {
  const cell = (name: Column): string => wordOf(cells[columns.get(name) ?? -1]);
  return {
    index,
    slug: cell('slug'),
    priority: numberOf(cell('priority')),
    phase: tokenOf(cell('phase')),
    status: cell('status').toLowerCase(),
    lastPass: timeOf(cell('lastPass')),
    escalation: cell('escalation'),
  };
}
