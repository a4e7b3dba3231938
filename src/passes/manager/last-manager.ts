/** What has happened since the last manager pass. */
import type { Rec } from '../../markdown/types.js';
import { fieldText } from '../../project/field-text.js';
import { lastManagerRun } from '../../governance/last-manager-run.js';
import { rowsAfter } from '../../project/recent-rows.js';
import type { Snapshot } from '../../workspace/types.js';

/** By the order of the logs: within a second, times cannot tell what is new. */
export function afterLastManager(
  snapshot: Snapshot,
): Readonly<Record<'runs' | 'audit', readonly Rec[]>> {
  const last = lastManagerRun(snapshot)?.key;
  return {
    runs: rowsAfter(snapshot, 'RUN', (run) => run.key === last),
    audit: rowsAfter(snapshot, 'AUDIT', (row) => fieldText(row, 'run_id') === last),
  };
}
