/**
 * Heartbeats of a pass whose agent works in a host: its tool calls renew the claim, so that nobody
 * has to remember to.
 */
import { livePasses, renewClaim } from '../../workspace/pass-lock.js';
import type { Workspace } from '../../workspace/types.js';
import { LEASE_MS } from '../lease.js';
import type { PassOnDuty } from '../authority.js';

/** Calls follow each other by the second; the claim is written at most this often. */
const SELDOM_MS = 30_000;

/** @returns whether the claim was renewed now. @throws NocturneError `LEASE_LOST`. */
export function beat(workspace: Workspace, data: Pick<PassOnDuty, 'fence'>): boolean {
  const { root, clock } = workspace;
  const claim = livePasses(root, clock).find(({ fence }) => fence === data.fence);
  if (
    claim !== undefined &&
    Date.parse(claim.expiresAt) - LEASE_MS > clock.now().getTime() - SELDOM_MS
  )
    return false;
  renewClaim(root, data.fence, { ttlMs: LEASE_MS, clock });
  return true;
}
