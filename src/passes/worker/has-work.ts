/**
 * Whether one more pass next to the running ones would find work, so that it need not begin to
 * know.
 */
import { pendingAnswers } from '../../governance/answers.js';
import { type Dispatch, dispatch } from '../../governance/dispatch.js';
import { defined } from '../../kernel/defined.js';
import { type Claim, livePasses } from '../../workspace/pass-lock.js';
import type { Snapshot } from '../../workspace/types.js';
import { untoldConflicts } from '../../workspace/untold-conflicts.js';
import { offeredUnits, runBefore } from '../modules/module-hooks.js';
import { recoverWorkspace } from '../recover-workspace.js';
import type { PassEnvironment, PassRequest } from '../types.js';
import { workOf } from '../units/units-at-work.js';
import { roomFor } from './room-for.js';
import { IDLE_TIER } from './tier-choice.js';

/** With no other pass at work, one begins and says itself why it found nothing. */
export function hasWork(env: PassEnvironment): boolean {
  const { workspace } = env;
  const others = livePasses(workspace.root, workspace.clock);
  if (others.length === 0) return true;
  const snapshot = workspace.snapshot();
  const noRoom = roomFor(snapshot, others, env.budget);
  const request = { role: 'worker' } as const;
  const { chosen, advance } = nextOf(env, { snapshot, others, request, noRoom });
  if (advance.length > 0 || pendingAnswers(snapshot).length > 0) return true;
  if (chosen !== undefined) return true;
  return snapshot.record('MODEL-TIER', IDLE_TIER) !== undefined && noRoom() === undefined;
}

/**
 * Whether a pass would find a unit, or something that modules have to take in before. A commit that
 * a crash has cut short is finished first: half of one may look as if nothing were ready.
 */
export async function hasUnits(env: PassEnvironment, request: PassRequest): Promise<boolean> {
  const { workspace } = env;
  recoverWorkspace(workspace);
  // The pass that begins names them to the owner, on which modules rely.
  if (untoldConflicts(workspace.root).length > 0) return true;
  const others = livePasses(workspace.root, workspace.clock);
  const snapshot = workspace.snapshot();
  if (pendingAnswers(snapshot).length > 0) return true;
  const modules = env.modules.filter(({ units }) => units !== undefined);
  const before = await runBefore({ ...env, modules }, { request, runId: '' }, snapshot);
  if (before.acts.length > 0) return true;
  const noRoom = roomFor(snapshot, others, env.budget);
  return nextOf(env, { snapshot, others, request, noRoom }).chosen !== undefined;
}

/** Why no pass would take a unit now, for each unit or project, in words. */
export function whyNoUnit(env: PassEnvironment, request: PassRequest): ReadonlyMap<string, string> {
  const { workspace } = env;
  const others = livePasses(workspace.root, workspace.clock);
  const snapshot = workspace.snapshot();
  const noRoom = roomFor(snapshot, others, env.budget);
  const { skipped } = nextOf(env, { snapshot, others, request, noRoom });
  return new Map(skipped.map(({ slug, unit, why }) => [unit?.work ?? slug, why]));
}

type Asking = {
  readonly snapshot: Snapshot;
  readonly others: readonly Claim[];
  readonly request: PassRequest;
  readonly noRoom: ReturnType<typeof roomFor>;
};

function nextOf(env: PassEnvironment, { snapshot, others, request, noRoom }: Asking): Dispatch {
  return dispatch(snapshot, {
    working: workOf(env.workspace.state, others),
    offer: offeredUnits(env, snapshot, request.onlyOf),
    noRoom,
    ...defined({ only: request.project, onlyUnits: request.onlyUnits }),
  });
}
