/** What has happened since the last manager pass. */
import type { Rec } from '../../markdown/types.js';
import { fieldText } from '../../project/field-text.js';
import type { Snapshot } from '../../workspace/types.js';

/** By the order of the logs: within a second, times cannot tell what is new. */
export function afterLastManager(
  snapshot: Snapshot,
): Readonly<Record<'runs' | 'audit', readonly Rec[]>> {
  const [runs, audit] = [snapshot.records('RUN'), snapshot.records('AUDIT')];
  const last = runs.findLastIndex((run) => fieldText(run, 'role') === 'manager');
  const closed = audit.findLastIndex((row) => fieldText(row, 'run_id') === runs[last]?.key);
  return { runs: runs.slice(last + 1), audit: audit.slice(closed + 1) };
}
