/** Whether a pass may still judge and store what its agent did. */
import type { Clock } from '../kernel/clock.js';
import { NocturneError } from '../kernel/error.js';
import { lostError } from '../workspace/lock-errors.js';
import { passLock } from '../workspace/pass-lock.js';
import type { Workspace } from '../workspace/types.js';
import { storedPass } from './pass-file.js';
import type { Briefed } from './types.js';

/**
 * Once the claim is gone, whatever is different may be the work of others. If an agent removed the
 * lock, its pass goes on: it is still stored where no agent can write.
 * @throws NocturneError `LEASE_LOST` if another pass took this one for crashed and undid its work.
 */
export function requireClaim(
  { root, state, clock }: Workspace,
  { runId, fence }: Pick<Briefed, 'runId' | 'fence'>,
): void {
  const claims = claimsIn(root, clock);
  const isLost = claims.length > 0 && !claims.some((claim) => claim.fence === fence);
  if (isLost || storedPass(state, runId) === undefined)
    throw lostError(root, fence, 'another pass has recovered what it left');
}

/** The agent may have put anything in the place of the lock; reconciling restores it. */
function claimsIn(root: string, clock: Clock): readonly { readonly fence: number }[] {
  try {
    return passLock(root, clock).claims;
  } catch (error) {
    if (error instanceof NocturneError && error.code === 'STORAGE') return [];
    throw error;
  }
}
