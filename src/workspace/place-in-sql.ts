/** Where in a query SQLite's message means: its messages have names, but no positions. */
import type { Database } from 'better-sqlite3';
import { messageOf } from '../kernel/error.js';

/** From 1; nothing where the message names nothing that the query has. */
export function placeInSql(
  database: Database,
  sql: string,
  message: string,
): { readonly line?: number; readonly column?: number } {
  const [, near] = /^near "([\s\S]+)": syntax error$/.exec(message) ?? [];
  const [, name] =
    /^(?:no such (?:column|table|function)|ambiguous column name|wrong number of arguments to function|unrecognized token): "?(.+?)"?(?:\(\))?$/.exec(
      message,
    ) ?? [];
  // Of several such words, the one up to which the query is already wrong in the same way.
  const offset =
    near === undefined
      ? wordIn(sql, name)
      : placesOf(sql, near).find(
          (start) => problemOf(database, sql.slice(0, start + near.length)) === message,
        );
  if (offset === undefined) return {};
  const before = sql.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

function problemOf(database: Database, sql: string): string | undefined {
  try {
    database.prepare(sql);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function wordIn(sql: string, name: string | undefined): number | undefined {
  if (name === undefined) return undefined;
  const isPart = (character: string | undefined): boolean => /\w/.test(character ?? '');
  return placesOf(sql.toLowerCase(), name.toLowerCase()).find(
    (start) => !isPart(sql[start - 1]) && !isPart(sql[start + name.length]),
  );
}

function placesOf(text: string, part: string): readonly number[] {
  const places: number[] = [];
  for (let start = text.indexOf(part); start !== -1; start = text.indexOf(part, start + 1))
    places.push(start);
  return places;
}
