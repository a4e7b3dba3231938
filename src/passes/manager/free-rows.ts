/** The projects that can move: active, and none of them waits for the owner. */
import type { Rec } from '../../markdown/types.js';
import { fieldInt, fieldText } from '../../project/field-text.js';
import type { Snapshot } from '../../workspace/types.js';

/** Rows of the dispatch table, the most important first. */
export function freeRows(snapshot: Snapshot): readonly Rec[] {
  return snapshot
    .records('DISPATCH')
    .filter((row) => fieldText(row, 'status') === 'active' && fieldText(row, 'escalation') === '')
    .sort((a, b) => priorityOf(a) - priorityOf(b));
}

export function priorityOf(row: Rec): number {
  return fieldInt(row, 'priority') ?? 999;
}
