/** The rules of R6: each query selects its violations. A query that cannot be run is an error of REGISTRY.md, at its line. */
import type { Diagnostic, Range } from '../../kernel/diagnostic.js';
import { NocturneError } from '../../kernel/error.js';
import { rangeOf } from '../../markdown/range-of.js';
import type { SqlRule } from '../../registry/types.js';
import type { Snapshot } from '../../workspace/types.js';
import { tableName } from '../../workspace/sql-view.js';
import { fieldRange, keyRange } from '../record-place.js';
import type { WorkspaceContext, WorkspaceRule } from '../rule.js';

/** The rules that an owner declared, as rules of the engine. */
export function sqlRules(context: WorkspaceContext): readonly WorkspaceRule[] {
  return context.schema.rules.map((rule) => ({ kind: 'workspace', id: rule.id, severity: rule.severity, suppressible: 'always', run: () => violations(context, rule) }));
}

/** Tables that are empty only because their file cannot be read would make the query say anything. */
function isBlind({ schema, unread }: WorkspaceContext, rule: SqlRule): boolean {
  return [...unread].some((name) => schema.objects.get(name)?.shape !== 'document' && new RegExp(`\\b${tableName(name)}\\b`, 'i').test(rule.sql));
}

type Row = Readonly<Record<string, string | number | null>>;

function violations(context: WorkspaceContext, rule: SqlRule): readonly Diagnostic[] {
  const { snapshot, facts } = context;
  try {
    const { columns, rows } = snapshot.sql().query(rule.sql);
    const unknown = columnsOf(rule.message).find((name) => !columns.includes(name));
    if (!columns.includes('file') || !columns.includes('line')) return [broken(snapshot, rule, `the query of ${rule.id} selects no file and line`)];
    if (unknown !== undefined) return [{ ...broken(snapshot, rule, `the message of ${rule.id} names {${unknown}}, which its query does not select`), expected: columns.join(', '), actual: unknown, range: rule.range }];
    if (isBlind(context, rule)) return [];
    return rows.filter((row) => (facts.get(String(row['file']))?.unread.length ?? 0) === 0).map((row) => violation(snapshot, rule, row));
  } catch (error) {
    if (!(error instanceof NocturneError) || error.code !== 'BAD_QUERY') throw error;
    return [broken(snapshot, rule, `the query of ${rule.id} cannot be run: ${error.message}`, error.message)];
  }
}

function violation(snapshot: Snapshot, rule: SqlRule, row: Row): Diagnostic {
  const message = rule.message.replace(/\{([a-z_][a-z0-9_]*)\}/gi, (_, name: string) => String(row[name] ?? '-'));
  return { rule: rule.id, severity: rule.severity, message, range: placeOf(snapshot, row), ...(rule.hint === undefined ? {} : { hint: rule.hint }) };
}

/** The field that the query names in a column `field`, else what the record is known by, else the line. */
function placeOf(snapshot: Snapshot, row: Row): Range {
  const file = String(row['file'] ?? snapshot.schema.file);
  const line = Number(row['line'] ?? 1);
  for (const object of snapshot.objectsOf(file)) {
    const record = snapshot.recordsIn(file, object.object).find((one) => one.range.line === line);
    if (record === undefined) continue;
    const field = typeof row['field'] === 'string' ? row['field'] : undefined;
    if (field === undefined) return keyRange(object, record);
    if (object.fields.has(field)) return fieldRange(object, record, field);
  }
  return { file, line, column: 1, endLine: line, endColumn: 1 };
}

function columnsOf(message: string): string[] {
  return [...message.matchAll(/\{([a-z_][a-z0-9_]*)\}/gi)].map((found) => found[1] ?? '');
}

function broken(snapshot: Snapshot, rule: SqlRule, message: string, cause = ''): Diagnostic {
  return { rule: 'registry-syntax', severity: 'error', message, range: placeInQuery(snapshot, rule, cause), hint: 'nocturne tables lists tables and columns; try the query with nocturne query' };
}

/** The word that SQLite names in its message, where the query has it; else the query's first line. */
function placeInQuery(snapshot: Snapshot, rule: SqlRule, cause: string): Range {
  const { file } = snapshot.schema;
  const doc = snapshot.doc(file);
  const fence = doc?.fences.find((one) => one.info === 'sql' && one.line > rule.range.line);
  if (doc === undefined || fence === undefined) return rule.range;
  const query = doc.text.slice(fence.contentStart, fence.contentEnd);
  const word = /near "([^"]+)"|no such (?:column|table|function): (\S+)|ambiguous column name: (\S+)/.exec(cause)?.slice(1).find((one) => one !== undefined);
  const found = word === undefined ? -1 : wordIn(query, word);
  const start = fence.contentStart + (found >= 0 ? found : query.search(/\S|$/));
  return rangeOf(doc, file, { start, end: found >= 0 && word !== undefined ? start + word.length : start + (query.slice(start - fence.contentStart).split('\n')[0]?.length ?? 0) });
}

function wordIn(query: string, word: string): number {
  const exact = new RegExp(`(?<![\\w.])${word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w])`, 'i').exec(query);
  return exact?.index ?? query.indexOf(word);
}
