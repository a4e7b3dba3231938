/** Which files an agent wrote, by rows of the audit log: through a tool, or past all of them. */
import type { Rec } from '../markdown/types.js';
import { fieldText } from '../project/field-text.js';

const TYPES: ReadonlySet<string> = new Set(['write', 'edit']);
/** T4: through a tool. T5: found on the disk, judged and accepted. */
const STEPS: ReadonlySet<string> = new Set(['T4', 'T5']);

export function agentWrites(rows: readonly Rec[]): ReadonlySet<string> {
  const written = rows.filter(
    (row) =>
      STEPS.has(fieldText(row, 'step')) &&
      TYPES.has(fieldText(row, 'type')) &&
      fieldText(row, 'result') === 'ok',
  );
  return new Set(written.map((row) => fieldText(row, 'target')));
}
