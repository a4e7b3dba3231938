/**
 * The pass lock: one claim for each running pass, and at most one of them is the writer, the pass
 * that may commit. Each claim has a fence, a number that only ever grows.
 */
import { type Clock, stamp } from '../kernel/clock.js';
import { defined } from '../kernel/defined.js';
import { NocturneError } from '../kernel/error.js';
import { addFailures, type FailureCount, readCounter, writeCounter } from './fence-counter.js';
import { type Claim, EMPTY_LOCK, readLock, type StoredLock, writeLock } from './lock-file.js';
import { holdersOf, lockedError, lostError } from './lock-errors.js';
import { withCommitMutex } from './mutex.js';
import { lifeOf, ownIdentity } from './process-identity.js';

export type { Claim };
export type ClaimState = 'live' | 'expired' | 'dead';
export type ClaimStatus = Claim & { readonly state: ClaimState; readonly isWriter: boolean };
export type PassLock = {
  /** False: the file is damaged, so no pass has a claim any more. */
  readonly isReadable: boolean;
  readonly claims: readonly ClaimStatus[];
};
export type ClaimRequest = {
  readonly runId: string;
  readonly role: string;
  readonly ttlMs: number;
  readonly clock: Clock;
  readonly detached?: boolean;
};
/** `failures`: how many passes before this one ended badly. */
export type Claimed = { readonly claim: Claim; readonly failures: number };

/**
 * Claims a pass and makes it the writer. Claims of lost passes are removed and counted as failures.
 * The fence is durable before the claim is visible: a crash can skip a number, never repeat one.
 * @throws NocturneError `LOCKED` while another live pass is the writer.
 */
export function claimPass(root: string, state: string, request: ClaimRequest): Claimed {
  return withCommitMutex(root, () => {
    const now = request.clock.now();
    const lock = passLock(root, request.clock);
    const writer = lock.claims.find((claim) => claim.isWriter && claim.state === 'live');
    if (writer !== undefined) throw lockedError(writer);
    const live = lock.claims.filter((claim) => claim.state === 'live');
    const lost = lock.claims.length - live.length + (lock.isReadable ? 0 : 1);
    const counter = readCounter(state);
    const count = addFailures(counter, lost, now);
    const fence = highestFence(counter.fence, lock) + 1;
    writeCounter(state, { ...count, fence });
    const claim = newClaim(request, { fence, project: '' });
    writeLock(root, { version: 2, writer: fence, claims: [...live.map(claimOf), claim] });
    return { claim, failures: count.failures };
  });
}

/**
 * Makes a running pass the writer again after its agent destroyed the lock. Does nothing if another
 * pass has a claim.
 */
export function restoreClaim(
  root: string,
  request: ClaimRequest & { readonly fence: number; readonly project: string },
): void {
  withCommitMutex(root, () => {
    const stored = readLock(root);
    if (stored === 'unreadable' || stored.claims.length > 0) return;
    const claim = newClaim(request, request);
    writeLock(root, { version: 2, writer: claim.fence, claims: [claim] });
  });
}

/**
 * Says which project the pass works on (empty: none), and with which model tier. Only the writer
 * can, so two passes never choose at the same time. Passes for different units of a project may run
 * at the same time.
 * @throws NocturneError `LEASE_LOST`; `LOCKED` while another live pass has the project or the unit.
 */
export function claimProject(
  root: string,
  fence: number,
  options: {
    readonly project: string;
    readonly unit?: string;
    readonly tier?: string;
    readonly clock: Clock;
  },
): Claim {
  return withCommitMutex(root, () => {
    checkWriter(root, fence);
    const { project, unit, tier } = options;
    const isApart = (claim: Claim): boolean =>
      unit !== undefined && claim.unit !== undefined && claim.unit !== unit;
    const other = livePasses(root, options.clock).find(
      (claim) =>
        project !== '' && claim.project === project && claim.fence !== fence && !isApart(claim),
    );
    if (other !== undefined)
      throw new NocturneError('LOCKED', `${other.runId} already works on ${unit ?? project}`, {
        hint: 'wait for that pass to end; nocturne lock status shows it',
      });
    return changeClaim(root, fence, { project, ...defined({ tier, unit }) });
  });
}

/**
 * Moves the expiry to `ttlMs` from now (a heartbeat, from any process). It makes nobody the writer.
 * @throws NocturneError `LEASE_LOST`.
 */
export function renewClaim(
  root: string,
  fence: number,
  options: { readonly ttlMs: number; readonly clock: Clock },
): Claim {
  return withCommitMutex(root, () =>
    changeClaim(root, fence, { expiresAt: expiry(options.clock.now(), options.ttlMs) }),
  );
}

/** Their agents end at the next renewal of their claims; the passes then end as usual. */
export function cancelPasses(root: string, runIds: ReadonlySet<string>): void {
  withCommitMutex(root, () => {
    const stored = readLock(root);
    if (stored === 'unreadable') return;
    const isMeant = ({ runId, cancelled }: Claim): boolean =>
      runIds.has(runId) && cancelled !== true;
    if (!stored.claims.some(isMeant)) return;
    const claims = stored.claims.map((claim) =>
      isMeant(claim) ? { ...claim, cancelled: true as const } : claim,
    );
    writeLock(root, { ...stored, claims });
  });
}

/**
 * Ends the claim. `failedAt`: the pass failed, which is counted; otherwise the count starts again
 * at zero.
 * @throws NocturneError `LEASE_LOST`.
 */
export function releaseClaim(
  root: string,
  state: string,
  options: { readonly fence: number; readonly failedAt?: Date },
): FailureCount {
  return withCommitMutex(root, () => {
    const { stored } = held(root, options.fence);
    const counter = readCounter(state);
    const count =
      options.failedAt === undefined ? { failures: 0 } : addFailures(counter, 1, options.failedAt);
    writeCounter(state, { ...count, fence: counter.fence });
    removeClaims(root, stored, (claim) => claim.fence === options.fence);
    return { failures: count.failures };
  });
}

/**
 * Removes claims whatever their state, and a file that cannot be read. Each counts as a failure,
 * and none of their fences can ever commit again.
 * @param options.which by default, all claims.
 * @returns the lock as it was, with the claims that were removed.
 */
export function breakLock(
  root: string,
  state: string,
  options: { readonly clock: Clock; readonly which?: (claim: ClaimStatus) => boolean },
): PassLock {
  const { clock, which = () => true } = options;
  return withCommitMutex(root, () => {
    const lock = passLock(root, clock);
    const broken = lock.claims.filter(which);
    const lost = broken.length + (lock.isReadable ? 0 : 1);
    if (lost === 0) return lock;
    const counter = readCounter(state);
    writeCounter(state, {
      ...addFailures(counter, lost, clock.now()),
      fence: highestFence(counter.fence, lock),
    });
    const fences = new Set(broken.map(({ fence }) => fence));
    const stored = readLock(root);
    removeClaims(root, stored === 'unreadable' ? EMPTY_LOCK : stored, ({ fence }) =>
      fences.has(fence),
    );
    return { ...lock, claims: broken };
  });
}

/**
 * Only the writer may commit, and what the tools of a working agent change outside its copy. An
 * expired claim still counts as long as nobody has removed it.
 * @throws NocturneError `LEASE_LOST`.
 */
export function checkWriter(root: string, fence: number): void {
  const { stored, claim } = held(root, fence);
  if (stored.writer !== fence && claim.working !== true)
    throw lostError(root, fence, 'another pass may write now');
}

/** While the agent works in its copy, other passes may begin and end. @throws `LEASE_LOST`. */
export function giveBackWriter(root: string, fence: number): void {
  withCommitMutex(root, () => {
    checkWriter(root, fence);
    changeClaim(root, fence, { working: true }, { writer: null });
  });
}

/** False while another live pass is the writer: try again. @throws `LEASE_LOST`. */
export function takeWriter(root: string, fence: number, clock: Clock): boolean {
  return withCommitMutex(root, () => {
    held(root, fence);
    const writer = livePasses(root, clock).find(({ isWriter }) => isWriter);
    if (writer !== undefined && writer.fence !== fence) return false;
    changeClaim(root, fence, { working: false }, { writer: fence });
    return true;
  });
}

export function passLock(root: string, clock: Clock): PassLock {
  const stored = readLock(root);
  if (stored === 'unreadable') return { isReadable: false, claims: [] };
  return {
    isReadable: true,
    claims: stored.claims.map((claim) => ({
      ...claim,
      state: stateOf(claim, clock),
      isWriter: claim.fence === stored.writer,
    })),
  };
}

/** The passes that are running. */
export function livePasses(root: string, clock: Clock): readonly ClaimStatus[] {
  return passLock(root, clock).claims.filter(({ state }) => state === 'live');
}

function stateOf(claim: Claim, clock: Clock): ClaimState {
  if (Date.parse(claim.expiresAt) <= clock.now().getTime()) return 'expired';
  const isDead = !claim.detached && lifeOf({ ...claim, started: claim.startedAt }) === 'dead';
  return isDead ? 'dead' : 'live';
}

function newClaim(
  { runId, role, ttlMs, clock, detached = false }: ClaimRequest,
  { fence, project }: Pick<Claim, 'fence' | 'project'>,
): Claim {
  const { host, pid, boot, started: startedAt } = ownIdentity();
  const now = clock.now();
  const claimedAt = stamp(now);
  const expiresAt = expiry(now, ttlMs);
  const process = { host, pid, boot, startedAt };
  return { runId, role, project, ...process, fence, claimedAt, expiresAt, detached };
}

function claimOf({ state: _state, isWriter: _isWriter, ...claim }: ClaimStatus): Claim {
  return claim;
}

function highestFence(last: number, { claims }: PassLock): number {
  return Math.max(last, ...claims.map(({ fence }) => fence));
}

/** The lock in which a pass still has its claim. @throws NocturneError `LEASE_LOST`. */
function held(root: string, fence: number): { readonly stored: StoredLock; readonly claim: Claim } {
  const stored = readLock(root);
  if (stored === 'unreadable') throw lostError(root, fence, 'the lock cannot be read');
  const claim = stored.claims.find((candidate) => candidate.fence === fence);
  if (claim === undefined) throw lostError(root, fence, holdersOf(stored));
  return { stored, claim };
}

function expiry(now: Date, ttlMs: number): string {
  return new Date(now.getTime() + ttlMs).toISOString();
}

function changeClaim(
  root: string,
  fence: number,
  change: Partial<Claim>,
  lock: Partial<Pick<StoredLock, 'writer'>> = {},
): Claim {
  const { stored, claim } = held(root, fence);
  const changed = { ...claim, ...change };
  const claims = stored.claims.map((other) => (other.fence === fence ? changed : other));
  writeLock(root, { ...stored, ...lock, claims });
  return changed;
}

function removeClaims(
  root: string,
  { writer, claims }: StoredLock,
  which: (claim: Claim) => boolean,
): void {
  const kept = claims.filter((claim) => !which(claim));
  const isKept = kept.some(({ fence }) => fence === writer);
  writeLock(root, { version: 2, writer: isKept ? writer : null, claims: kept });
}
