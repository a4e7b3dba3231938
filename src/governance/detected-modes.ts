/** Failure modes that the last manager pass detected. */
import { fieldText } from '../project/field-text.js';
import { logRows } from '../workspace/log-rows.js';
import type { Snapshot } from '../workspace/types.js';

/** `text`: id and title, in one line. */
export type DetectedMode = { readonly id: string; readonly text: string };

export function detectedModes(snapshot: Snapshot): readonly DetectedMode[] {
  const last = snapshot.records('RUN').findLast((run) => fieldText(run, 'role') === 'manager');
  const file = snapshot.schema.objects.get('AUDIT')?.glob ?? '';
  if (last === undefined) return [];
  return [...logRows(snapshot.root, file, { containing: last.key })]
    .filter((row) => row.cell('run_id') === last.key && row.cell('type') === 'signal')
    .map((row) => ({ id: row.cell('target'), text: row.cell('detail') }));
}
