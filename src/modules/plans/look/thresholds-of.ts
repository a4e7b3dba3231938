/** What the owner wrote in PLAN.md about who has to look at changes. */
import { fieldInt } from '../../../project/field-text.js';
import type { Snapshot } from '../../../workspace/types.js';
import { planFile } from '../page/plan-page.js';
import { THRESHOLDS, type Thresholds } from './who-looks.js';

export function thresholdsOf(snapshot: Snapshot, project: string): Thresholds {
  const [record] = snapshot.recordsIn(planFile(project), 'PLAN');
  const written = (field: string, most: number): number => fieldInt(record, field) ?? most;
  return {
    graderLines: written('grader_lines', THRESHOLDS.graderLines),
    graderFiles: written('grader_files', THRESHOLDS.graderFiles),
    ownerLines: written('owner_lines', THRESHOLDS.ownerLines),
    ownerFiles: written('owner_files', THRESHOLDS.ownerFiles),
    ownerReaders: written('owner_readers', THRESHOLDS.ownerReaders),
  };
}
