/** Runs one query, which only reads, as of the time of a snapshot. */
import type { Database } from 'better-sqlite3';
import { NocturneError, messageOf } from '../kernel/error.js';
import { placeInSql } from './place-in-sql.js';
import type { FirstRows } from './types.js';

export type Sql = string | number | null;

export function runQuery(
  database: Database,
  { sql, most, now }: { readonly sql: string; readonly most: number; readonly now: Date },
): FirstRows {
  if (!/^\s*(?:(?:--[^\n]*\n|\/\*[\s\S]*?\*\/)\s*)*(select|with|values|explain)\b/i.test(sql))
    throw new NocturneError('BAD_QUERY', 'only a SELECT is allowed', {
      hint: 'to change the workspace, use nocturne set, nocturne add or nocturne bundle run',
    });
  try {
    const statement = database.prepare(atTime(sql, now));
    if (!statement.readonly || !statement.reader)
      throw new NocturneError('BAD_QUERY', 'only a SELECT is allowed', {
        hint: 'the tables are read-only',
      });
    const rows: Record<string, Sql>[] = [];
    let count = 0;
    for (const row of statement.iterate()) if (++count <= most) rows.push(row as (typeof rows)[0]);
    return { columns: statement.columns().map((column) => column.name), rows, count };
  } catch (cause) {
    if (cause instanceof NocturneError) throw cause;
    throw new NocturneError('BAD_QUERY', messageOf(cause), {
      hint: 'nocturne tables lists the tables and their columns',
      cause,
      ...placeInSql(database, sql, messageOf(cause)),
    });
  }
}

/** `now` in a date function is the time of the snapshot, so that results are reproducible. */
function atTime(sql: string, now: Date): string {
  return sql.replace(
    /\b((?:julianday|unixepoch|datetime|date|time)\s*\(\s*|strftime\s*\(\s*'[^']*'\s*,\s*)'now'/gi,
    (_, before: string) => `${before}'${now.toISOString()}'`,
  );
}
