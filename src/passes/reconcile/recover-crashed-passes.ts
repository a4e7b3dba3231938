/**
 * Passes whose claim is gone, expired or of a dead process: their agents are ended, and what they
 * were not allowed to change is undone before anything is verified.
 */
import { killProcesses } from '../../agents/orphan-processes.js';
import { defined } from '../../kernel/defined.js';
import { livePasses } from '../../workspace/pass-lock.js';
import type { Snapshot, Workspace } from '../../workspace/types.js';
import { removeCopiesOf } from '../copy/copy-for-pass.js';
import { projectOf } from '../pass-facts.js';
import {
  forgetPass,
  isBriefed,
  moveFormerFile,
  removeOrphanRecords,
  storedPass,
  storePass,
  storedPasses,
  type StoredPass,
} from '../pass-file.js';
import { examinePass } from './examine-pass.js';
import type { Examined } from './examined.js';
import { dropWork, workName } from '../parking/kept-work.js';
import type { Briefed, PassEnvironment } from '../types.js';
import { NOTHING_RECONCILED, type Reconciliation, unrecordedDifferences } from './reconcile.js';
import { reconcileTree, reconcilingAgain } from './reconcile-pass.js';

export type Crashed = Reconciliation & {
  readonly runId: string;
  readonly project: string | undefined;
  /** As for recording: only with a copy. */
  readonly reconcileAgain: ((now: Snapshot) => Reconciliation) | undefined;
};

/**
 * Writes nothing while a live pass is the writer: only it may change the workspace. Passes with a
 * live claim are left alone.
 */
export async function recoverCrashedPasses(env: PassEnvironment): Promise<readonly Crashed[]> {
  const { root, state, clock } = env.workspace;
  moveFormerFile(state);
  removeOrphanRecords(state);
  const live = livePasses(root, clock);
  if (live.some(({ isWriter }) => isWriter)) return [];
  const running = new Set(live.map(({ runId }) => runId));
  const crashed: Crashed[] = [];
  for (const stored of storedPasses(state))
    if (!running.has(stored.data.runId)) crashed.push(await recoverPass(env, stored));
  return crashed;
}

async function recoverPass(env: PassEnvironment, stored: StoredPass): Promise<Crashed> {
  const { workspace, say } = env;
  const { root } = workspace;
  const { runId } = stored.data;
  say(`     ${runId} did not end: undoing what it was not allowed to change`);
  await killProcesses({ mark: { runId, workspace: root } });
  const judged = await examineStored(env, stored);
  const reconciliation = reconcileStored(workspace, judged);
  const { data, waiting } = judged;
  const reconcileAgain =
    isBriefed(data) && !isBegunAgain(data) ? reconcilingAgain(workspace, data) : undefined;
  const work = isBriefed(data) && isBegunAgain(data) ? workName(data) : undefined;
  if (work !== undefined) dropWork(workspace.state, work);
  // If this process dies before that is on record, the owner may work before the next one comes.
  if (reconcileAgain === undefined && stored.left?.recorded !== true)
    storePass(workspace.state, stored.data, {
      left: { undone: reconciliation.undone, recorded: false, ended: true },
      waiting,
    });
  return { ...reconciliation, runId, project: projectOf(data), reconcileAgain };
}

type JudgedPass = Omit<StoredPass, 'data'> & {
  readonly data: StoredPass['data'] & { readonly examined?: Examined };
};

/** The rules look at what a crashed pass left as at any other, unless that was done. */
async function examineStored(env: PassEnvironment, stored: StoredPass): Promise<JudgedPass> {
  const { data, left } = stored;
  if (!isBriefed(data) || isBegunAgain(data) || left?.recorded === true || left?.ended === true)
    return stored;
  const examined = await examinePass(env, data);
  return { ...stored, data: { ...data, ...defined({ examined }) } };
}

/** What a unit did in a copy counts only as a whole, so its module has it done again. */
function isBegunAgain({ unit, copy }: Briefed): boolean {
  return unit !== undefined && copy !== undefined;
}

/** After what it left is on record: until then, nobody else knows of it. */
export function forgetCrashed(workspace: Workspace, runId: string): void {
  const { state } = workspace;
  const data = storedPass(state, runId)?.data;
  const copy = data !== undefined && isBriefed(data) ? data.copy : undefined;
  removeCopiesOf(workspace, runId, copy);
  forgetPass(state, runId);
}

/** Includes what was undone but not yet recorded when the process died. In place only once. */
function reconcileStored(workspace: Workspace, { data, left }: JudgedPass): Reconciliation {
  if (left?.recorded === true || !isBriefed(data) || isBegunAgain(data)) return NOTHING_RECONCILED;
  if (left?.ended === true)
    return { ...unrecordedDifferences(workspace, data), undone: left.undone };
  const found = reconcileTree(workspace, data);
  const before = data.copy === undefined ? (left?.undone ?? []) : [];
  // What it did in a repository of the owner's was not proved.
  const accepted = found.accepted.filter(({ isElsewhere }) => isElsewhere !== true);
  return { ...found, accepted, undone: [...before, ...found.undone] };
}
