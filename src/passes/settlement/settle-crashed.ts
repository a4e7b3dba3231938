/**
 * A pass whose process is gone: its agent is ended, and what it was not allowed to change is undone
 * before anything is verified.
 */
import { killProcesses } from '../../agents/survivors.js';
import { closeCommitRecord } from '../../workspace/commit-record.js';
import { forgetPass, storedPass } from '../pass-file.js';
import { settle, type Settled } from './settle.js';
import type { PassData, PassEnvironment } from '../types.js';

export type Crashed = Settled & { readonly data: PassData };

/** Call only when nobody holds the lease. Nothing is written when no pass was left behind. */
export async function settleCrashed(env: PassEnvironment): Promise<Crashed | undefined> {
  const { workspace } = env;
  const stored = storedPass(workspace.state);
  if (stored === undefined) return undefined;
  env.say(`     ${stored.data.runId} did not end: undoing what it was not allowed to change`);
  await killProcesses({ mark: { runId: stored.data.runId, workspace: workspace.root } });
  const settled =
    stored.data.settled === true
      ? {
          accepted: [],
          undone: stored.data.recorded === true ? [] : stored.data.undone,
          arrived: [],
        }
      : settle(workspace, stored.data);
  closeCommitRecord(workspace.state);
  forgetPass(workspace.state);
  return { ...settled, data: stored.data };
}
