/** Which files an agent wrote in a run, by the audit log: through a tool, or past all of them. */
import { fieldText } from '../project/field-text.js';
import { rowsOfRun } from '../project/recent-rows.js';
import type { Snapshot } from '../workspace/types.js';

const TYPES: ReadonlySet<string> = new Set(['write', 'edit']);
/** T4: through a tool. T5: found on the disk, judged and accepted. */
const STEPS: ReadonlySet<string> = new Set(['T4', 'T5']);

export function agentWrites(snapshot: Snapshot, runs: ReadonlySet<string>): ReadonlySet<string> {
  const written = [...runs].flatMap((run) =>
    rowsOfRun(snapshot, 'AUDIT', run).filter(
      (row) =>
        STEPS.has(fieldText(row, 'step')) &&
        TYPES.has(fieldText(row, 'type')) &&
        fieldText(row, 'result') === 'ok',
    ),
  );
  return new Set(written.map((row) => fieldText(row, 'target')));
}
