/** `query`, `tables`: the workspace as read-only SQL tables. */
import { defined } from '../../../kernel/defined.js';
import { NocturneError } from '../../../kernel/error.js';
import { ok, okLater } from '../result.js';
import { plural } from '../../../kernel/words.js';
import { textTable } from '../../../report/text-table.js';
import type { FirstRows } from '../../../workspace/types.js';
import type { Command } from '../types.js';

const MOST_ROWS = 500;

export const query: Command = {
  args: '<sql>',
  options: [{ flags: '--limit <n>', description: 'print at most so many rows (default: all)' }],
  examples: [
    'nocturne query "SELECT slug, status, phase FROM dispatch ORDER BY priority"',
    'nocturne query "SELECT tier, count(*) AS files FROM files GROUP BY tier" --json',
  ],
  run(context, { args, options }) {
    const limit = limitOf(options['limit']);
    const sql = (args[0] ?? '').trim();
    if (sql === '')
      throw new NocturneError('USAGE', 'the query is empty', {
        hint: 'write a SELECT in quotes; nocturne tables lists the tables',
      });
    const { columns, rows, count } = context.workspace().snapshot().sql().first(sql, limit);
    const text = () => textOf({ columns, rows, count }, context.width);
    return okLater(text, {
      columns,
      rows,
      // Of all rows, where some may be left out.
      ...defined({ count: options['limit'] === undefined ? undefined : count }),
    });
  },
};

function textOf({ columns, rows, count }: FirstRows, width: number): string {
  if (count === 0) return `No rows (columns: ${columns.join(', ')}).`;
  const shown = rows.slice(0, MOST_ROWS);
  const table = textTable({
    head: columns,
    rows: shown.map((row) => columns.map((column) => cellText(row[column]))),
    width,
  });
  const all = plural(count, 'row');
  const below = count > shown.length ? `${shown.length} of ${all}. For all rows, use --json.` : all;
  return `${table}\n${below}`;
}

export const tables: Command = {
  examples: ['nocturne tables'],
  run(context) {
    const found = context.workspace().snapshot().sql().tables();
    const table = textTable({
      head: ['table', 'rows', 'columns'],
      rows: found.map(({ name, rows, columns }) => [name, String(rows), columns.join(', ')]),
      width: context.width,
    });
    return ok(table, { tables: found });
  },
};

function limitOf(value: unknown): number {
  if (value === undefined) return Number.POSITIVE_INFINITY;
  if (typeof value === 'string' && /^[1-9]\d{0,6}$/.test(value)) return Number(value);
  throw new NocturneError('USAGE', `--limit is ${String(value)}`, { hint: 'give a whole number' });
}

function cellText(value: string | number | null | undefined): string {
  return value === null || value === undefined ? '' : String(value);
}
