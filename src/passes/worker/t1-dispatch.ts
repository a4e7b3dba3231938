/**
 * T1: the owner's answers are taken in, modules do what comes first, then the project of this pass
 * is chosen.
 */
import { dispatch } from '../../governance/dispatch.js';
import { defined } from '../../kernel/defined.js';
import { livePasses } from '../../workspace/pass-lock.js';
import type { Snapshot } from '../../workspace/types.js';
import { type Act, noteAct } from '../act.js';
import { runBefore } from '../modules/module-hooks.js';
import type { Dispatched, Entered, PassEnvironment, Step } from '../types.js';
import { roomFor } from './room-for.js';
import { takeAnswers } from './take-answers.js';

export const t1Dispatch: Step<Entered, Dispatched> = {
  id: 'T1',
  title: 'answers and dispatch',
  waits: true,
  run(stage, { env, snapshot }) {
    const answered = takeAnswers(env, stage, snapshot);
    const before = runBefore(env, stage, answered.view);
    const entered = { ...stage, notes: [...stage.notes, ...answered.notes], turnedAway: [] };
    const chosen = choose(env, entered, before.view);
    return {
      stage: { ...entered, project: chosen.project },
      acts: [...answered.acts, ...before.acts, ...chosen.acts],
    };
  },
};

/** Chooses among the projects that this pass has not turned away; none left means an idle pass. */
export function choose(
  env: PassEnvironment,
  { request, runId, turnedAway }: Pick<Dispatched, 'request' | 'runId' | 'turnedAway'>,
  snapshot: Snapshot,
): { readonly project: string | undefined; readonly acts: readonly Act[] } {
  const { root, clock } = env.workspace;
  const others = livePasses(root, clock).filter((claim) => claim.runId !== runId);
  const { chosen, skipped } = dispatch(snapshot, {
    claimed: new Set(others.map(({ project }) => project)),
    noRoom: roomFor(snapshot, others, env.budget),
    exclude: new Set(turnedAway.map((candidate) => candidate.slug)),
    ...defined({ only: request.project }),
  });
  if (chosen === undefined) {
    const detail =
      skipped.map((candidate) => `${candidate.slug}: ${candidate.why}`).join('; ') || 'no project';
    return {
      project: undefined,
      acts: [noteAct('T1', { type: 'dispatch', result: 'skipped', detail })],
    };
  }
  env.say(`     ${chosen.slug} (${chosen.why})`);
  return {
    project: chosen.slug,
    acts: [noteAct('T1', { type: 'dispatch', target: chosen.slug, detail: chosen.why })],
  };
}
