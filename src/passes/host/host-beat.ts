/**
 * Signs of life of a pass whose agent works in a host: its tool calls renew the lease, so that
 * nobody has to remember to.
 */
import { leaseStatus, renewLease } from '../../workspace/lease.js';
import type { Workspace } from '../../workspace/types.js';
import { LEASE_MS } from '../worker/t0-gate.js';
import type { PassOnDuty } from '../authority.js';

/** Calls follow each other by the second; the lease is written at most this often. */
const SELDOM_MS = 30_000;

/** @returns whether the lease was renewed now. @throws NocturneError `LEASE_LOST`. */
export function beat(workspace: Workspace, data: Pick<PassOnDuty, 'fence'>): boolean {
  const { root, clock } = workspace;
  const status = leaseStatus(root, clock);
  const mine = status.kind !== 'free' && status.lease?.fence === data.fence;
  if (
    mine &&
    status.kind === 'held' &&
    Date.parse(status.lease.expiresAt) - LEASE_MS > clock.now().getTime() - SELDOM_MS
  )
    return false;
  renewLease(root, data.fence, { ttlMs: LEASE_MS, clock });
  return true;
}
