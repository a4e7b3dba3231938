/**
 * Whether one more pass next to the running ones would find work, so that it need not begin to
 * know.
 */
import { pendingAnswers } from '../../governance/answers.js';
import { dispatch } from '../../governance/dispatch.js';
import { livePasses } from '../../workspace/pass-lock.js';
import { offeredUnits } from '../modules/module-hooks.js';
import type { PassEnvironment } from '../types.js';
import { workOf } from '../units/units-at-work.js';
import { roomFor } from './room-for.js';
import { IDLE_TIER } from './tier-choice.js';

/** With no other pass at work, one begins and says itself why it found nothing. */
export function hasWork(env: PassEnvironment): boolean {
  const { workspace, budget } = env;
  const others = livePasses(workspace.root, workspace.clock);
  if (others.length === 0) return true;
  const snapshot = workspace.snapshot();
  const noRoom = roomFor(snapshot, others, budget);
  const { chosen, advance } = dispatch(snapshot, {
    working: workOf(workspace.state, others),
    offer: offeredUnits(env, snapshot),
    noRoom,
  });
  if (advance.length > 0 || pendingAnswers(snapshot).length > 0) return true;
  if (chosen !== undefined) return true;
  return snapshot.record('MODEL-TIER', IDLE_TIER) !== undefined && noRoom() === undefined;
}
