/** The tables and columns that a query may read, by the words in it. */

/** Of the queries of the rules, which a view asks about again for each of its tables. */
const MOST_KNOWN = 500;
const known = new Map<string, ReadonlySet<string>>();

function wordsOf(sql: string): ReadonlySet<string> {
  const words = known.get(sql) ?? new Set(sql.toLowerCase().match(/\w+/g));
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(sql, words);
  return words;
}

/** The tables that a query may read: every name that it contains as a word. */
export function tablesIn(sql: string, names: Iterable<string>): readonly string[] {
  const words = wordsOf(sql);
  return [...names].filter((name) => words.has(name.toLowerCase()));
}

/** The columns that a query may read: those that it names; all if it has `*` or a natural join. */
export function columnsIn(sql: string, columns: readonly string[]): readonly string[] {
  const text = sql.toLowerCase();
  if (/\*|\bnatural\b/.test(text.replace(/\bcount\s*\(\s*\*\s*\)/g, ''))) return columns;
  return columns.filter((column) => text.includes(column.toLowerCase()));
}

/** The columns of a table that some of these queries may read. */
export function columnsOf(
  queries: readonly string[],
  { name, columns }: { readonly name: string; readonly columns: readonly string[] },
): ReadonlySet<string> {
  return new Set(
    queries
      .filter((sql) => tablesIn(sql, [name]).length > 0)
      .flatMap((sql) => columnsIn(sql, columns)),
  );
}
