/** Whether a workspace has an owner, who has signed it. */
import type { Snapshot } from '../workspace/types.js';

export function isOwned(snapshot: Snapshot): boolean {
  return snapshot
    .records('SEAL')
    .some((record) => (record.fields.get('signature')?.value ?? '') !== '');
}
