/**
 * Passes whose claim is gone, expired or of a dead process: their agents are ended, and what they
 * were not allowed to change is undone before anything is verified.
 */
import { killProcesses } from '../../agents/orphan-processes.js';
import { lstatSync } from '../../kernel/files.js';
import { closeCommitRecord } from '../../workspace/commit-record.js';
import { livePasses } from '../../workspace/pass-lock.js';
import { within } from '../../workspace/root-descriptor.js';
import type { Snapshot, Workspace } from '../../workspace/types.js';
import { removeCopiesOf } from '../copy/copy-for-pass.js';
import { projectOf } from '../pass-facts.js';
import {
  forgetPass,
  isBriefed,
  type Judged,
  moveFormerFile,
  storedPass,
  storedPasses,
  storePass,
  type StoredPass,
} from '../pass-file.js';
import type { PassEnvironment } from '../types.js';
import { type Content, fileContent, objectContent } from './content.js';
import type { Difference } from './differences.js';
import { NOTHING_RECONCILED, type Reconciliation } from './reconcile.js';
import { settlePass, settlingAgain } from './reconcile-pass.js';

export type Crashed = Reconciliation & {
  readonly runId: string;
  readonly project: string | undefined;
  /** As for recording: only with a copy. */
  readonly settleAgain: ((now: Snapshot) => Reconciliation) | undefined;
};

/**
 * Writes nothing while a live pass is the writer: only it may change the workspace. Passes with a
 * live claim are left alone.
 */
export async function recoverCrashedPasses(env: PassEnvironment): Promise<readonly Crashed[]> {
  const { root, state, clock } = env.workspace;
  moveFormerFile(state);
  const live = livePasses(root, clock);
  if (live.some(({ isWriter }) => isWriter)) return [];
  const running = new Set(live.map(({ runId }) => runId));
  const crashed: Crashed[] = [];
  for (const stored of storedPasses(state))
    if (!running.has(stored.data.runId)) crashed.push(await recoverPass(env, stored));
  return crashed;
}

async function recoverPass(
  { workspace, say }: PassEnvironment,
  stored: StoredPass,
): Promise<Crashed> {
  const { root } = workspace;
  const { runId } = stored.data;
  say(`     ${runId} did not end: undoing what it was not allowed to change`);
  await killProcesses({ mark: { runId, workspace: root } });
  const reconciliation = reconcileStored(workspace, stored);
  const { data } = stored;
  const settleAgain = isBriefed(data) ? settlingAgain(workspace, data) : undefined;
  return { ...reconciliation, runId, project: projectOf(data), settleAgain };
}

/**
 * After what a pass left is on record: until then, its copy may be the only place where that is.
 * Without its commit record, what Nocturne has committed since would count as the agent's, so the
 * pass is marked first: a crash in between must not judge it again.
 */
export function forgetReconciled(workspace: Workspace, runId: string): void {
  const { state } = workspace;
  const stored = storedPass(state, runId);
  const data = stored?.data;
  if (stored !== undefined && stored.left?.recorded !== true)
    storePass(state, stored.data, { left: { undone: [], recorded: true } });
  closeCommitRecord(state, runId);
  removeCopiesOf(workspace, runId, data !== undefined && isBriefed(data) ? data.copy : undefined);
  forgetPass(state, runId);
}

/** Includes what was undone but not yet recorded when the process died. */
function reconcileStored(workspace: Workspace, { data, left }: StoredPass): Reconciliation {
  if (left?.recorded === true || !isBriefed(data)) return NOTHING_RECONCILED;
  if (left?.judged !== undefined)
    return { ...judgedBefore(workspace, left.judged), undone: left.undone };
  const found = settlePass(workspace, data);
  if (data.copy !== undefined) return found;
  const undone = [...(left?.undone ?? []), ...found.undone];
  storePass(workspace.state, data, { left: { undone, recorded: false, judged: judgedOf(found) } });
  return { ...found, undone };
}

/**
 * Kept until they are recorded: if this process dies, or the gate turns the pass away, whatever the
 * owner does until the next one must not be judged as the agent's.
 */
function judgedOf({ accepted, arrived }: Reconciliation): readonly Judged[] {
  return [...accepted, ...arrived].map((difference) => {
    const { path, before, after } = difference;
    before?.store();
    return {
      path,
      kind: kindOf(before, after),
      before: before === undefined ? null : { hash: before.hash, size: before.size },
      hasArrived: arrived.includes(difference),
    };
  });
}

function kindOf(before: Content | undefined, after: Content | undefined): Judged['kind'] {
  if (after === undefined) return 'deleted';
  return before === undefined ? 'added' : 'changed';
}

function judgedBefore(workspace: Workspace, judged: readonly Judged[]): Reconciliation {
  const { root } = workspace;
  const differences = (hasArrived: boolean): readonly Difference[] =>
    judged
      .filter((difference) => difference.hasArrived === hasArrived)
      .map(({ path, kind, before }) => {
        const place = within(root, path);
        const stats = lstatSync(place, { throwIfNoEntry: false });
        return {
          path,
          kind,
          before: before === null ? undefined : objectContent(workspace, before.hash, before.size),
          after: stats?.isFile() === true ? fileContent(root, place, stats.size) : undefined,
          mode: undefined,
        };
      });
  return { ...NOTHING_RECONCILED, accepted: differences(false), arrived: differences(true) };
}
