/** The `query` condition: one SELECT over the workspace's tables. */
import { NocturneError } from '../../kernel/error.js';
import { defined } from '../../kernel/defined.js';
import { plural } from '../../kernel/words.js';
import { countText, inRange, met, undecided } from './context.js';
import { type Progress, progressTo } from './distance.js';
import type { ConditionContext, Outcome } from './context.js';
import type { ConditionOf } from '../../project/condition-types.js';

type Row = Readonly<Record<string, string | number | null>>;

/** `:project` is the project's slug. Counts rows, or compares the one value returned. */
export function query(condition: ConditionOf<'query'>, context: ConditionContext): Outcome {
  const { value, count } = condition;
  const expected = value === undefined ? countText(count, 'row', 'rows') : `the value ${value}`;
  const sql = withoutEnd(condition.sql).replaceAll(
    /:project\b/g,
    `'${context.project.replaceAll("'", "''")}'`,
  );
  try {
    const view = context.snapshot.sql();
    // SQLite cannot be interrupted from here, so a query that might run forever is not started.
    const plan = view.query(`EXPLAIN QUERY PLAN ${sql}`).rows;
    if (plan.some((step) => /\bRECURSIVE STEP\b/.test(String(step['detail']))))
      return undecided(expected, 'a recursive query could run without end; conditions take none');
    const { rows, columns } = view.query(sql);
    const place = whereOf(rows[0]);
    if (value === undefined)
      return {
        ...met(expected, `${plural(rows.length, 'row')}${sample(rows[0])}`, place),
        holds: inRange(count, rows.length),
        progress: progressTo(count, rows.length),
      };
    if (columns.length !== 1 || rows.length > 1)
      return undecided(
        expected,
        `the query returns ${plural(rows.length, 'row')} of ${plural(columns.length, 'column')}; "value" compares one value`,
      );
    const [only] = Object.values(rows[0] ?? {});
    return {
      ...met(expected, only === undefined ? 'no row' : String(only), place),
      holds: only !== undefined && only !== null && String(only) === value,
      ...defined({ progress: progressOfValue(only, value) }),
    };
  } catch (cause) {
    if (cause instanceof NocturneError) return undecided(expected, cause.message);
    throw cause;
  }
}

/** Only numbers can be partly there. */
function progressOfValue(found: Row[string] | undefined, wanted: string): Progress | undefined {
  const needed = Number(wanted);
  if (typeof found !== 'number' || found < 0 || !(needed > 0)) return undefined;
  return progressTo({ equals: needed }, found);
}

function withoutEnd(sql: string): string {
  return sql.trim().replace(/;\s*$/, '');
}

function sample(row: Row | undefined): string {
  if (row === undefined) return '';
  const text = Object.entries(row)
    .map(([name, value]) => `${name} ${value ?? '-'}`)
    .join(', ');
  return `; the first: ${text.length > 120 ? `${text.slice(0, 119)}…` : text}`;
}

/** Rows that name their file are evidence with a place. */
function whereOf(row: Row | undefined): string | undefined {
  const file = row?.['file'] ?? row?.['path'];
  if (typeof file !== 'string') return undefined;
  return typeof row?.['line'] === 'number' ? `${file}:${row['line']}` : file;
}
