/**
 * The pass lease: at most one pass runs in a workspace. Each lease has a fence, a number that only
 * ever grows; an older fence cannot commit.
 */
import { join } from 'node:path';
import { type Clock, stamp } from '../kernel/clock.js';
import { defined } from '../kernel/defined.js';
import { NocturneError } from '../kernel/error.js';
import { removeIfThere, syncDirectory } from './durable.js';
import { storeDirectory, withCommitMutex } from './mutex.js';
import { isIdentity, lifeOf, ownIdentity } from './process-identity.js';
import { shownPath, within } from './root-descriptor.js';
import { readJson, writeJsonDurably } from './state-home.js';

/**
 * `startedAt`: start of the holding process in clock ticks since boot. `detached`: the process that
 * took it is meant to end before the pass does.
 */
export type Lease = {
  readonly runId: string;
  readonly holder: string;
  readonly host: string;
  readonly pid: number;
  readonly boot: string;
  readonly startedAt: string;
  readonly fence: number;
  readonly lockedAt: string;
  readonly expiresAt: string;
  readonly detached: boolean;
};
export type LeaseStatus =
  | { readonly kind: 'free' }
  | { readonly kind: 'held'; readonly lease: Lease }
  | {
      readonly kind: 'stale';
      readonly lease: Lease | undefined;
      readonly why: 'expired' | 'dead' | 'unreadable';
    };
export type LeaseRequest = {
  readonly runId: string;
  readonly holder: string;
  readonly ttlMs: number;
  readonly clock: Clock;
  readonly detached?: boolean;
};
/**
 * Passes that ended badly (lost, or released as failed) since the last one that ended well;
 * `failedAt` is the last one's time.
 */
export type FailureCount = { readonly failures: number; readonly failedAt?: string };
export type Acquired = FailureCount & {
  readonly fence: number;
  readonly lease: Lease;
  readonly broke?: Exclude<LeaseStatus, { kind: 'free' | 'held' }>;
};

type Counter = FailureCount & { readonly fence: number };
const COUNTER = 'fence';

/**
 * Takes the lease; a stale one is broken and counted as a failure. The fence is durable before the
 * lease is visible: a crash can skip a number, never repeat one.
 * @throws NocturneError `LOCKED` while another pass holds it.
 */
export function acquireLease(root: string, state: string, request: LeaseRequest): Acquired {
  return withCommitMutex(root, () => {
    const now = request.clock.now();
    const status = leaseStatus(root, request.clock);
    if (status.kind === 'held') throw heldError(status.lease);
    const last = readCounter(state);
    const broken = status.kind === 'stale' ? status : undefined;
    const count: FailureCount =
      broken === undefined
        ? failuresOf(last)
        : { failures: last.failures + 1, failedAt: stamp(now) };
    const fence = Math.max(last.fence, broken?.lease?.fence ?? 0) + 1;
    writeJsonDurably(join(state, COUNTER), { fence, ...count });
    const me = ownIdentity();
    const lease: Lease = {
      runId: request.runId,
      holder: request.holder,
      host: me.host,
      pid: me.pid,
      boot: me.boot,
      startedAt: me.started,
      fence,
      lockedAt: stamp(now),
      expiresAt: expiry(now, request.ttlMs),
      detached: request.detached ?? false,
    };
    writeLease(root, lease);
    return { fence, lease, ...count, ...defined({ broke: broken }) };
  });
}

/**
 * Moves the expiry to `ttlMs` from now (a heartbeat, from whatever process). @throws NocturneError
 * `LEASE_LOST`.
 */
export function renewLease(
  root: string,
  fence: number,
  options: { readonly ttlMs: number; readonly clock: Clock },
): Lease {
  return withCommitMutex(root, () => {
    const lease: Lease = {
      ...heldWith(root, fence),
      expiresAt: expiry(options.clock.now(), options.ttlMs),
    };
    writeLease(root, lease);
    return lease;
  });
}

/**
 * Gives the lease back; `failedAt` says that the pass failed (counted), else the count starts anew.
 * @throws NocturneError `LEASE_LOST`.
 */
export function releaseLease(
  root: string,
  state: string,
  options: { readonly fence: number; readonly failedAt?: Date },
): FailureCount {
  return withCommitMutex(root, () => {
    heldWith(root, options.fence);
    const last = readCounter(state);
    const count: FailureCount =
      options.failedAt === undefined
        ? { failures: 0 }
        : { failures: last.failures + 1, failedAt: stamp(options.failedAt) };
    writeJsonDurably(join(state, COUNTER), { fence: last.fence, ...count });
    removeLease(root);
    return count;
  });
}

/**
 * Removes the lease whoever holds it, for the owner; counted as a failure. Its fence can never
 * commit again.
 */
export function breakLease(root: string, state: string, clock: Clock): LeaseStatus {
  return withCommitMutex(root, () => {
    const status = leaseStatus(root, clock);
    if (status.kind === 'free') return status;
    const last = readCounter(state);
    writeJsonDurably(join(state, COUNTER), {
      fence: Math.max(last.fence, status.lease?.fence ?? 0),
      failures: last.failures + 1,
      failedAt: stamp(clock.now()),
    });
    removeLease(root);
    return status;
  });
}

/**
 * Passes only the fence of the lease that is in force. An expired lease that nobody has taken over
 * still counts: its fence is the newest. @throws NocturneError `LEASE_LOST`.
 */
export function checkFence(root: string, fence: number): void {
  heldWith(root, fence);
}

export function leaseStatus(root: string, clock: Clock): LeaseStatus {
  const read = readLease(root);
  if (read === undefined) return { kind: 'free' };
  if (read === 'unreadable') return { kind: 'stale', lease: undefined, why: 'unreadable' };
  if (Date.parse(read.expiresAt) <= clock.now().getTime())
    return { kind: 'stale', lease: read, why: 'expired' };
  if (!read.detached && lifeOf({ ...read, started: read.startedAt }) === 'dead')
    return { kind: 'stale', lease: read, why: 'dead' };
  return { kind: 'held', lease: read };
}

/** How many passes failed in a row, for the restart breaker. */
export function consecutiveFailures(state: string): FailureCount {
  return failuresOf(readCounter(state));
}

function heldWith(root: string, fence: number): Lease {
  const lease = readLease(root);
  if (lease !== undefined && lease !== 'unreadable' && lease.fence === fence) return lease;
  throw new NocturneError(
    'LEASE_LOST',
    `the pass with fence ${fence} has lost its lease: ${holderOf(lease)}`,
    {
      file: shownPath(pathOf(root)),
      hint: 'nothing of this pass can be written any more; the next pass takes over',
    },
  );
}

function holderOf(lease: Lease | 'unreadable' | undefined): string {
  if (lease === undefined) return 'nobody holds it now';
  return lease === 'unreadable'
    ? 'its file cannot be read'
    : `${lease.holder} holds it now for ${lease.runId} with fence ${lease.fence}`;
}

function heldError(lease: Lease): NocturneError {
  const process = lease.detached ? `on ${lease.host}` : `in process ${lease.pid} on ${lease.host}`;
  return new NocturneError(
    'LOCKED',
    `${lease.holder} holds the pass lock for ${lease.runId} ${process} since ${lease.lockedAt}, until ${lease.expiresAt}`,
    {
      hint: 'wait for that pass to end; nocturne lock status shows it, nocturne lock break ends a pass that hangs',
    },
  );
}

function readLease(root: string): Lease | 'unreadable' | undefined {
  try {
    const value = readJson(pathOf(root));
    if (value === undefined) return undefined;
    return isLease(value) ? value : 'unreadable';
  } catch (error) {
    if (error instanceof NocturneError && error.code === 'UNREADABLE') return 'unreadable';
    throw error;
  }
}

function isLease(value: unknown): value is Lease {
  if (typeof value !== 'object' || value === null) return false;
  const lease = value as Record<string, unknown>;
  const texts = ['runId', 'holder', 'lockedAt', 'expiresAt', 'startedAt'].every(
    (name) => typeof lease[name] === 'string',
  );
  return (
    texts &&
    isIdentity({ ...lease, started: lease['startedAt'] }) &&
    Number.isSafeInteger(lease['fence']) &&
    typeof lease['detached'] === 'boolean' &&
    !Number.isNaN(Date.parse(String(lease['expiresAt'])))
  );
}

function readCounter(state: string): Counter {
  const path = join(state, COUNTER);
  const value = readJson<Partial<Counter>>(path);
  if (value === undefined) return { fence: 0, failures: 0 };
  if (!Number.isSafeInteger(value.fence) || !Number.isSafeInteger(value.failures)) {
    throw new NocturneError(
      'UNREADABLE',
      `${path} does not hold the last fence: expected {"fence": number, "failures": number}`,
      { file: path, hint: 'restore it from a backup: a fence must never be used twice' },
    );
  }
  return {
    fence: value.fence ?? 0,
    failures: value.failures ?? 0,
    ...defined({ failedAt: value.failedAt }),
  };
}

function failuresOf({ failures, failedAt }: FailureCount): FailureCount {
  return failedAt === undefined ? { failures } : { failures, failedAt };
}

function expiry(now: Date, ttlMs: number): string {
  return new Date(now.getTime() + ttlMs).toISOString();
}

function writeLease(root: string, lease: Lease): void {
  storeDirectory(root);
  writeJsonDurably(pathOf(root), lease);
}

function removeLease(root: string): void {
  removeIfThere(pathOf(root));
  syncDirectory(within(root, '.nocturne'));
}

function pathOf(root: string): string {
  return within(root, '.nocturne', 'pass.lock');
}
