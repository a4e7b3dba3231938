/** Where in a query SQLite's message means: its messages have names, but no positions. */

/**
 * From 1; nothing where the message names nothing that the query has.
 * @param problemOf what SQLite says of the beginning of the query.
 */
export function placeInSql(
  sql: string,
  message: string,
  problemOf: (beginning: string) => string | undefined,
): { readonly line?: number; readonly column?: number } {
  const [, near] = /^near "([\s\S]+)": syntax error$/.exec(message) ?? [];
  const [, name] =
    /^(?:no such (?:column|table|function)|ambiguous column name|wrong number of arguments to function|unrecognized token): "?(.+?)"?(?:\(\))?$/.exec(
      message,
    ) ?? [];
  const offset =
    near === undefined
      ? wordIn(sql, name)
      : placesOf(sql, near).find(
          (start) => problemOf(sql.slice(0, start + near.length)) === message,
        );
  if (offset === undefined) return {};
  const before = sql.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
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
