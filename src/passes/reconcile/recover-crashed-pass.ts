/**
 * A pass whose process is gone: its agent is ended, and what it was not allowed to change is undone
 * before anything is verified.
 */
import { killProcesses } from '../../agents/orphan-processes.js';
import { closeCommitRecord } from '../../workspace/commit-record.js';
import type { Workspace } from '../../workspace/types.js';
import { projectOf } from '../pass-facts.js';
import { forgetPass, isBriefed, storedPass, type StoredPass } from '../pass-file.js';
import { NOTHING_RECONCILED, reconcile, type Reconciliation } from './reconcile.js';
import type { PassEnvironment } from '../types.js';

export type Crashed = Reconciliation & {
  readonly runId: string;
  readonly project: string | undefined;
};

/** Call only when nobody holds the lease. Nothing is written when no pass was left behind. */
export async function recoverCrashedPass(env: PassEnvironment): Promise<Crashed | undefined> {
  const { workspace } = env;
  const stored = storedPass(workspace.state);
  if (stored === undefined) return undefined;
  const { runId } = stored.data;
  env.say(`     ${runId} did not end: undoing what it was not allowed to change`);
  await killProcesses({ mark: { runId, workspace: workspace.root } });
  const reconciliation = reconcileStored(workspace, stored);
  closeCommitRecord(workspace.state);
  forgetPass(workspace.state);
  return { ...reconciliation, runId, project: projectOf(stored.data) };
}

/** What was undone but not yet recorded when the process died is told with what is found now. */
function reconcileStored(workspace: Workspace, { data, left }: StoredPass): Reconciliation {
  if (left?.recorded === true || !isBriefed(data)) return NOTHING_RECONCILED;
  const found = reconcile(workspace, data);
  return { ...found, undone: [...(left?.undone ?? []), ...found.undone] };
}
