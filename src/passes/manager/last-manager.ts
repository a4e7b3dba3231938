/** What has happened since the last manager pass. */
import type { Rec } from '../../markdown/types.js';
import { fieldText } from '../../project/field-text.js';
import { lastRow, rowsAfter } from '../../project/recent-rows.js';
import type { Snapshot } from '../../workspace/types.js';

/** By the order of the logs: within a second, times cannot tell what is new. */
export function afterLastManager(
  snapshot: Snapshot,
): Readonly<Record<'runs' | 'audit', readonly Rec[]>> {
  const last = lastRow(snapshot, 'RUN', (run) => fieldText(run, 'role') === 'manager')?.key;
  return {
    runs: rowsAfter(snapshot, 'RUN', (run) => run.key === last),
    audit: rowsAfter(snapshot, 'AUDIT', (row) => fieldText(row, 'run_id') === last),
  };
}
