/**
 * Applies filters: the ids of the remaining passages, in a temporary table that each search joins.
 */
import { globMatches } from '../../../kernel/glob.js';
import type { Db } from '../store/database.js';
import type { Filters } from './query-syntax.js';

/** The number of remaining passages; `undefined` without a filter. */
export type Narrowed = number | undefined;

/** @param sees which paths the caller may see. */
export function narrow(db: Db, filters: Filters, sees?: (path: string) => boolean): Narrowed {
  const { path = [], object = [], status = [], since = [], heading = [] } = filters;
  if (
    sees === undefined &&
    [path, object, status, since, heading].every((values) => values.length === 0)
  )
    return undefined;
  const day = [...since].sort().at(-1) ?? '';
  const files = (
    db.prepare('SELECT path FROM files WHERE day >= ?').pluck().all(day) as string[]
  ).filter(
    (value) =>
      (sees?.(value) ?? true) &&
      (path.length === 0 || path.some((pattern) => isUnder(pattern, value))),
  );
  db.exec('CREATE TEMP TABLE IF NOT EXISTS allowed (id INTEGER PRIMARY KEY); DELETE FROM allowed');
  const all = (values: readonly string[], sql: string): string =>
    values.map(() => ` AND ${sql}`).join('');
  const any = (values: readonly string[], sql: string): string =>
    values.length === 0 ? '' : ` AND (${values.map(() => sql).join(' OR ')})`;
  const where = `${any(object, "' ' || c.object || ' ' LIKE '% ' || ? || ' %'")}${any(status, 'c.status = ? COLLATE NOCASE')}${all(heading, 'instr(lower(c.headings), lower(?)) > 0')}`;
  return db
    .prepare(
      `INSERT INTO allowed SELECT c.id FROM json_each(?) f CROSS JOIN chunks c ON c.path = f.value${where === '' ? '' : ` WHERE 1${where}`}`,
    )
    .run(JSON.stringify(files), ...object.map((name) => name.toUpperCase()), ...status, ...heading)
    .changes;
}

/** Matches a glob, or a part of the path. */
function isUnder(pattern: string, path: string): boolean {
  return /[*?{[]/.test(pattern)
    ? globMatches(pattern, path)
    : path.toLowerCase().includes(pattern.toLowerCase());
}
