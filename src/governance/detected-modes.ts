/** Failure modes that the last manager pass detected. */
import { lastManagerRun } from './last-manager-run.js';
import { rowsOfRun } from '../project/recent-rows.js';
import { fieldText } from '../project/field-text.js';
import type { Snapshot } from '../workspace/types.js';

/** `text`: id and title, in one line. */
export type DetectedMode = { readonly id: string; readonly text: string };

export function detectedModes(snapshot: Snapshot): readonly DetectedMode[] {
  return rowsOfRun(snapshot, 'AUDIT', lastManagerRun(snapshot)?.key ?? '')
    .filter((row) => fieldText(row, 'type') === 'signal')
    .map((row) => ({ id: fieldText(row, 'target'), text: fieldText(row, 'detail') }));
}
