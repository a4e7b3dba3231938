/** Several changes of plans as one. */
import type { ModuleChange } from '../../../passes/module.js';

export function joinedChanges(changes: readonly ModuleChange[]): ModuleChange | undefined {
  if (changes.length === 0) return undefined;
  return {
    reason: changes.map(({ reason }) => reason).join('; '),
    changes: changes.flatMap((change) => change.changes),
    notices: changes.flatMap(({ notices = [] }) => notices),
  };
}
