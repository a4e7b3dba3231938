/** A row that a rule of R6 selected, as a diagnostic. */
import { defined } from '../kernel/defined.js';
import type { Diagnostic } from '../kernel/diagnostic.js';
import type { SqlRule } from '../registry/types.js';
import type { Snapshot } from '../workspace/types.js';
import { type QueryRow, rowPlace } from './query-place.js';

export function sqlViolation(snapshot: Snapshot, rule: SqlRule, row: QueryRow): Diagnostic {
  const message = rule.message.replace(/\{([a-z_][a-z0-9_]*)\}/gi, (_, name: string) =>
    String(row[name] ?? '-'),
  );
  return defined({
    rule: rule.id,
    severity: rule.severity,
    message,
    range: rowPlace(snapshot, row),
    hint: rule.hint,
  });
}
