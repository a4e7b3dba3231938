/** Places of the rows and the mistakes of a query, and whether its answer means anything. */
import type { Range } from '../kernel/diagnostic.js';
import { rangeOf } from '../markdown/range-of.js';
import type { Doc, Rec } from '../markdown/types.js';
import type { ObjectSpec } from '../registry/types.js';
import { recordAtLine } from '../workspace/log-records.js';
import { isLongLog } from '../workspace/log-windows.js';
import { tablesIn } from '../workspace/asked-columns.js';
import { tableName } from '../workspace/sql-view.js';
import type { Snapshot } from '../workspace/types.js';
import { fieldRange, keyRange } from './record-place.js';
import type { WorkspaceContext } from './rule.js';

export type QueryRow = Readonly<Record<string, string | number | null>>;

/** Whether a query reads a table that is empty only because its file cannot be read. */
export function isBlind({ schema, unread }: WorkspaceContext, sql: string): boolean {
  return [...unread].some(
    (name) =>
      schema.objects.get(name)?.shape !== 'document' &&
      new RegExp(`\\b${tableName(name)}\\b`, 'i').test(sql),
  );
}

/** Whether a query reads records that nobody asked to be checked. */
export function isUnasked({ unasked }: WorkspaceContext, sql: string): boolean {
  return unasked.size > 0 && tablesIn(sql, [...unasked].map(tableName)).length > 0;
}

/** Whether REGISTRY.md has errors, so that tables or columns may be missing. */
export function isIncomplete({ schemaDiagnostics }: Snapshot): boolean {
  return schemaDiagnostics.some(({ severity }) => severity === 'error');
}

/** Whether the row's file could be read completely; otherwise it may seem to lack something. */
export function isRead({ facts }: WorkspaceContext, row: QueryRow): boolean {
  return (facts.get(String(row['file']))?.unread.length ?? 0) === 0;
}

/** The field that the query names in a column `field`; otherwise the record's key or the line. */
export function rowPlace(snapshot: Snapshot, row: QueryRow): Range {
  const file = String(row['file'] ?? snapshot.schema.file);
  const line = Number(row['line'] ?? 1);
  for (const [object, record] of recordsAt(snapshot, { file, line })) {
    const field = typeof row['field'] === 'string' ? row['field'] : undefined;
    if (field === undefined) return keyRange(object, record);
    if (object.fields.has(field)) return fieldRange(object, record, field);
  }
  return { file, line, column: 1, endLine: line, endColumn: 1 };
}

/** The records that begin in a line. */
export function recordsAt(
  snapshot: Snapshot,
  { file, line }: Pick<Range, 'file' | 'line'>,
): readonly (readonly [ObjectSpec, Rec])[] {
  return snapshot.objectsOf(file).flatMap((object) => {
    const record = isLongLog(snapshot, file)
      ? recordAtLine(snapshot, object, { file, line })
      : snapshot.recordsIn(file, object.object).find((candidate) => candidate.range.line === line);
    return record === undefined ? [] : [[object, record] as const];
  });
}

/** The word of the query that SQLite's message names, or the query's first line. */
export function queryRange(
  doc: Doc,
  span: { readonly file: string; readonly start: number; readonly end: number },
  cause: string,
): Range {
  const query = doc.text.slice(span.start, span.end);
  const word =
    /near "([^"]+)"|no such (?:column|table|function): (\S+)|ambiguous column name: (\S+)/
      .exec(cause)
      ?.slice(1)
      .find((name) => name !== undefined);
  const found = word === undefined ? unclosedQuote(query, cause) : wordIn(query, word);
  const start = span.start + (found >= 0 ? found : query.search(/\S|$/));
  return rangeOf(doc, span.file, {
    start,
    end:
      found >= 0
        ? start + (word?.length ?? 1)
        : start + (query.slice(start - span.start).split('\n')[0]?.length ?? 0),
  });
}

/** What SQLite says if a quotation mark is not closed; it names a later one. */
export const UNCLOSED = /unrecognized token/;

/** The first quotation mark of the first line with an odd number of them. */
function unclosedQuote(query: string, cause: string): number {
  if (!UNCLOSED.test(cause)) return -1;
  let offset = 0;
  for (const line of query.split('\n')) {
    for (const mark of ["'", '"']) {
      if (line.split(mark).length % 2 === 0) return offset + line.indexOf(mark);
    }
    offset += line.length + 1;
  }
  return -1;
}

function wordIn(query: string, word: string): number {
  const exact = new RegExp(
    `(?<![\\w.])${word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w])`,
    'i',
  ).exec(query);
  return exact?.index ?? query.indexOf(word);
}
