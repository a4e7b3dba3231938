/** Whether the work of a running pass has come nearer to its criteria and its stop condition. */
import { meanDistance } from '../governance/conditions/distance.js';
import { copyView } from './copy/copy-view.js';
import type { Briefed, PassEnvironment } from './types.js';
import { type PresentState, presentState } from './worker/present-state.js';

/** Less than this is a rounding error. */
const SMALLEST_STEP = 1e-9;

/** Each call compares with the nearest state seen so far. Programs of conditions do not run. */
export function comeNearer(env: PassEnvironment, pass: Briefed): () => Promise<boolean> {
  let nearest = distanceOf(pass.brief);
  return async () => {
    const view = copyView(env.workspace.snapshot(), pass.copy);
    const distance = distanceOf(await presentState(env, pass, view));
    const isNearer = nearest - distance > SMALLEST_STEP;
    nearest = Math.min(nearest, distance);
    return isNearer;
  };
}

function distanceOf({ criteria, stopCondition }: PresentState): number {
  return meanDistance(criteria) + meanDistance(stopCondition);
}
