/** The rules of R6, whose queries select violations. A broken query is an error of REGISTRY.md. */
import type { Diagnostic, Range } from '../../kernel/diagnostic.js';
import { NocturneError } from '../../kernel/error.js';
import type { SqlRule } from '../../registry/types.js';
import type { Snapshot } from '../../workspace/types.js';
import { isBlind, isIncomplete, isRead, isUnasked, queryRange, UNCLOSED } from '../query-place.js';
import type { WorkspaceContext, WorkspaceRule } from '../rule.js';
import { sqlViolation } from '../sql-violation.js';

/** The rules that the owner declared. */
export function sqlRules(context: WorkspaceContext): readonly WorkspaceRule[] {
  return context.schema.rules.map((rule) => ({
    kind: 'workspace',
    id: rule.id,
    severity: rule.severity,
    suppressible: 'always',
    mayErrIn: ({ schema }, path) => rule.severity === 'error' || path === schema.file,
    run: () => violations(context, rule),
  }));
}

function violations(context: WorkspaceContext, rule: SqlRule): readonly Diagnostic[] {
  const { snapshot } = context;
  if (isUnasked(context, rule.sql)) return [];
  try {
    const { columns, rows } = snapshot.sql().query(rule.sql);
    const unknown = columnsOf(rule.message).find((name) => !columns.includes(name));
    if (!columns.includes('file') || !columns.includes('line'))
      return [broken(snapshot, rule, `the query of ${rule.id} selects no file and line`)];
    if (unknown !== undefined)
      return [
        {
          ...broken(
            snapshot,
            rule,
            `the message of ${rule.id} names {${unknown}}, which its query does not select`,
          ),
          expected: columns.join(', '),
          actual: unknown,
          range: rule.range,
        },
      ];
    if (isBlind(context, rule.sql)) return [];
    return rows
      .filter((row) => isRead(context, row))
      .map((row) => sqlViolation(snapshot, rule, row));
  } catch (error) {
    if (!(error instanceof NocturneError) || error.code !== 'BAD_QUERY') throw error;
    // Its tables are incomplete: what is wrong with the registry is reported already.
    if (isIncomplete(snapshot)) return [];
    const why = UNCLOSED.test(error.message) ? 'a quotation mark is not closed' : error.message;
    return [broken(snapshot, rule, `the query of ${rule.id} cannot be run: ${why}`, error.message)];
  }
}

function columnsOf(message: string): string[] {
  return [...message.matchAll(/\{([a-z_][a-z0-9_]*)\}/gi)].map((found) => found[1] ?? '');
}

function broken(snapshot: Snapshot, rule: SqlRule, message: string, cause = ''): Diagnostic {
  return {
    rule: 'registry-syntax',
    severity: 'error',
    message,
    range: placeInQuery(snapshot, rule, cause),
    hint: 'nocturne tables lists tables and columns; try the query with nocturne query',
  };
}

function placeInQuery(snapshot: Snapshot, rule: SqlRule, cause: string): Range {
  const { file } = snapshot.schema;
  const doc = snapshot.doc(file);
  const fence = doc?.fences.find(
    (candidate) => candidate.info === 'sql' && candidate.line > rule.range.line,
  );
  return doc === undefined || fence === undefined
    ? rule.range
    : queryRange(doc, { file, start: fence.contentStart, end: fence.contentEnd }, cause);
}
