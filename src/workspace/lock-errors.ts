/** The errors of the pass lock. */
import { NocturneError } from '../kernel/error.js';
import { type Claim, lockPath, type StoredLock } from './lock-file.js';

export function lostError(root: string, fence: number, why: string): NocturneError {
  return new NocturneError(
    'LEASE_LOST',
    `the pass with fence ${fence} has lost its claim: ${why}`,
    {
      file: lockPath(root),
      hint: 'this pass can no longer write anything; the next pass takes over',
    },
  );
}

export function holdersOf({ claims }: StoredLock): string {
  const others = claims.map(({ runId, fence }) => `${runId} with fence ${fence}`);
  return others.length === 0 ? 'no pass has one now' : `${others.join(', ')} has one now`;
}

export function lockedError(claim: Claim): NocturneError {
  const { runId, role, claimedAt, expiresAt } = claim;
  return new NocturneError(
    'LOCKED',
    `${runId} (${role}) is running ${processOf(claim)} since ${claimedAt}, until ${expiresAt}`,
    {
      hint: 'wait for that pass to end; nocturne lock status shows it, nocturne lock break ends a pass that hangs',
    },
  );
}

function processOf({ detached, host, pid }: Claim): string {
  return detached ? `on ${host}` : `in process ${pid} on ${host}`;
}
