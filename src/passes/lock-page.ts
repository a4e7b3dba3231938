/**
 * The claims' rows in LOCK.md, which shows people the pass lock. The owner may edit the page, so a
 * row is changed or removed only if it is there.
 */
import type { Snapshot } from '../workspace/types.js';
import type { BundleAct } from './act.js';

/** @param live the runs whose claims still count. */
export function removeClaimRows(view: Snapshot, live: ReadonlySet<string>): readonly BundleAct[] {
  return view
    .records('CLAIM')
    .filter(({ key }) => key !== '' && !live.has(key))
    .map(({ key }) => ({ name: 'claim_remove', args: { run_id: key } }));
}

export function showProject(
  view: Snapshot,
  claim: { readonly runId: string; readonly project: string; readonly expiresAt: string },
): readonly BundleAct[] {
  if (view.record('CLAIM', claim.runId) === undefined) return [];
  const args = { run_id: claim.runId, project: claim.project, expires_at: claim.expiresAt };
  return [{ name: 'claim_project', args }];
}
