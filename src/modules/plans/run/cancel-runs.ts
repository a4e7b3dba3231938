/** Ends the runs of steps that somebody has decided while an agent still worked on them. */
import { cancelPasses, livePasses } from '../../../workspace/pass-lock.js';
import type { Workspace } from '../../../workspace/types.js';
import { readPlan } from '../page/read-plan.js';

/** A run that is about to begin finds its step in another state. */
const DECIDED: ReadonlySet<string> = new Set(['proved', 'failed', 'skipped', 'blocked']);

/** @returns what was cancelled, in a few words each. Safe to call again. */
export function cancelDecidedRuns({ root, clock, snapshot }: Workspace): readonly string[] {
  const working = livePasses(root, clock).flatMap(({ runId, unit = '', cancelled }) => {
    const [, project, step] = /^plan\/([^/]+)\/(.+)\/\d+$/.exec(unit) ?? [];
    return project === undefined || step === undefined || cancelled === true
      ? []
      : [{ runId, project, step }];
  });
  if (working.length === 0) return [];
  const now = snapshot();
  const decided = working.filter(({ project, step }) => {
    const status = readPlan(now, project).plan?.steps.get(step);
    return status === undefined || DECIDED.has(status.state);
  });
  cancelPasses(root, new Set(decided.map(({ runId }) => runId)));
  return decided.map(({ runId, step }) => `${runId} is cancelled: ${step} was decided`);
}
