/** An audit row for a pass that did not begin: it has no run in which to leave one itself. */
import { NocturneError } from '../../kernel/error.js';
import type { Role } from '../../passes/types.js';
import type { Workspace } from '../../workspace/types.js';

/** `result`: `missed`, `skipped` or `deferred`. */
export type NotBegunRow = { readonly result: string; readonly detail: string };

export function recordNotBegun(
  workspace: Workspace,
  role: Role,
  { result, detail }: NotBegunRow,
  by = 'schedule',
): void {
  workspace.commit({
    actor: { kind: 'nocturne', name: by },
    runId: '',
    reason: 'missed',
    changes: [],
    audit: [{ step: '', type: 'missed', target: role, authorisation: '', result, detail }],
  });
}

/** Whether another pass was the writer, so that this one may begin later. */
export function isDeferred(error: unknown): error is NocturneError {
  return error instanceof NocturneError && error.code === 'LOCKED';
}
