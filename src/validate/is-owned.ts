/** Whether somebody has signed this workspace; a template that nobody signed is nobody's yet. */
import type { Snapshot } from '../workspace/types.js';

export function isOwned(snapshot: Snapshot): boolean {
  return snapshot
    .records('SEAL')
    .some((record) => (record.fields.get('signature')?.value ?? '') !== '');
}
