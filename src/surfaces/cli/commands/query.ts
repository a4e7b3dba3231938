/** `query`, `tables`: the workspace as SQL tables, read-only. */
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { textTable } from '../table.js';
import type { Command } from '../types.js';

const MOST_ROWS = 500;

export const query: Command = {
  args: '<sql>',
  examples: [
    'nocturne query "SELECT slug, status, phase FROM dispatch ORDER BY priority"',
    'nocturne query "SELECT tier, count(*) AS files FROM files GROUP BY tier" --json',
  ],
  run(context, { args }) {
    const sql = (args[0] ?? '').trim();
    if (sql === '')
      throw new NocturneError('USAGE', 'there is no query', {
        hint: 'nocturne tables lists the tables; write a SELECT in quotes',
      });
    const { columns, rows } = context.workspace().snapshot().sql().query(sql);
    const shown = rows.slice(0, MOST_ROWS);
    const table = textTable({
      head: columns,
      rows: shown.map((row) => columns.map((column) => cellText(row[column]))),
      width: context.width,
    });
    const total = rows.length === 1 ? '1 row' : `${rows.length} rows`;
    const count =
      rows.length > shown.length ? `${shown.length} of ${total}; --json prints all.` : total;
    return {
      exit: EXIT.ok,
      text: rows.length === 0 ? `No rows (columns: ${columns.join(', ')}).` : `${table}\n${count}`,
      json: { columns, rows },
    };
  },
};

export const tables: Command = {
  examples: ['nocturne tables'],
  run(context) {
    const found = context.workspace().snapshot().sql().tables();
    return {
      exit: EXIT.ok,
      text: textTable({
        head: ['table', 'rows', 'columns'],
        rows: found.map(({ name, rows, columns }) => [name, String(rows), columns.join(', ')]),
        width: context.width,
      }),
      json: { tables: found },
    };
  },
};

function cellText(value: string | number | null | undefined): string {
  return value === null || value === undefined ? '' : String(value);
}
