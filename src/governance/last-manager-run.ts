/** The latest manager pass that has ended. */
import type { Rec } from '../markdown/types.js';
import { fieldText } from '../project/field-text.js';
import { lastRow } from '../project/recent-rows.js';
import type { Snapshot } from '../workspace/types.js';

export function lastManagerRun(snapshot: Snapshot): Rec | undefined {
  return lastRow(snapshot, 'RUN', (run) => fieldText(run, 'role') === 'manager', 'manager');
}
