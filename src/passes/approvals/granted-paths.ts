/**
 * What commands that the owner approved, and that this pass ran, were allowed to change: these
 * differences stay.
 */
import { approvalsOf } from '../../governance/approvals/approval.js';
import type { PayloadTarget } from '../../governance/approvals/approval-payload.js';
import type { Workspace } from '../../workspace/types.js';
import { readPayload } from './approval-store.js';

/** The approval under which the file may have this SHA-256 (nothing: be gone). */
export type Granted = (path: string, after: string | undefined) => string | undefined;

/** Looked up when first asked: most passes have no such difference. */
export function grantedPaths(workspace: Workspace, runId: string): Granted {
  let granted: readonly (PayloadTarget & { readonly id: string })[] | undefined;
  const targets = (): readonly (PayloadTarget & { readonly id: string })[] => {
    granted ??= [...approvalsOf(workspace.snapshot()).values()]
      .filter(
        (approval) =>
          approval.status === 'used' && approval.action === 'exec' && approval.usedIn === runId,
      )
      .flatMap(({ id, payload }) => {
        const stored = readPayload(workspace.state, payload);
        if (stored.kind !== 'whole') return [];
        return stored.payload.targets.map((target) => ({ ...target, id }));
      });
    return granted;
  };
  return (path, after) => {
    const now = after ?? null;
    return targets().find(
      (target) =>
        target.path === path && (target.after === 'unseen' ? now !== null : target.after === now),
    )?.id;
  };
}
