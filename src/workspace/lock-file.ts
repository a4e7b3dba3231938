/** The file of the pass lock, `.nocturne/pass.lock`. Read and write it under the commit mutex. */
import { NocturneError } from '../kernel/error.js';
import { removeIfThere, syncDirectory } from './durable.js';
import { storeDirectory } from './mutex.js';
import { isIdentity } from './process-identity.js';
import { shownPath, within } from './root-descriptor.js';
import { readJson, writeJsonDurably } from './state-home.js';

/**
 * `project`: empty until the pass has chosen one, and for a pass without a project. `startedAt`:
 * start of the process in clock ticks since boot. `detached`: the process that made the claim ends
 * before the pass does. `working`: its agent works in a copy, and the pass is not the writer.
 * `tier`: the model tier with which it works. `unit`: of the project's work, where it is not the
 * project's next pass. `cancelled`: nobody needs its work any more, and its agent is to end.
 */
export type Claim = {
  readonly runId: string;
  readonly role: string;
  readonly project: string;
  readonly host: string;
  readonly pid: number;
  readonly boot: string;
  readonly startedAt: string;
  readonly fence: number;
  readonly claimedAt: string;
  readonly expiresAt: string;
  readonly detached: boolean;
  readonly working?: boolean;
  readonly tier?: string;
  readonly unit?: string;
  readonly cancelled?: true;
};

export type StoredLock = {
  readonly version: 2;
  /** The fence of the writer. */
  readonly writer: number | null;
  readonly claims: readonly Claim[];
};
export const EMPTY_LOCK: StoredLock = { version: 2, writer: null, claims: [] };

export function readLock(root: string): StoredLock | 'unreadable' {
  try {
    const value = readJson(pathOf(root));
    if (value === undefined) return EMPTY_LOCK;
    return isStored(value) ? value : 'unreadable';
  } catch (error) {
    if (error instanceof NocturneError && error.code === 'UNREADABLE') return 'unreadable';
    throw error;
  }
}

function isStored(value: unknown): value is StoredLock {
  if (typeof value !== 'object' || value === null) return false;
  const { version, writer, claims } = value as Record<string, unknown>;
  return (
    version === 2 &&
    (writer === null || Number.isSafeInteger(writer)) &&
    Array.isArray(claims) &&
    claims.every(isClaim)
  );
}

function isClaim(value: unknown): value is Claim {
  if (typeof value !== 'object' || value === null) return false;
  const claim = value as Record<string, unknown>;
  const texts = ['runId', 'role', 'project', 'claimedAt', 'expiresAt', 'startedAt'];
  return (
    texts.every((name) => typeof claim[name] === 'string') &&
    isIdentity({ ...claim, started: claim['startedAt'] }) &&
    Number.isSafeInteger(claim['fence']) &&
    typeof claim['detached'] === 'boolean' &&
    !Number.isNaN(Date.parse(String(claim['expiresAt'])))
  );
}

/** Without claims there is no file. */
export function writeLock(root: string, lock: StoredLock): void {
  if (lock.claims.length > 0) {
    storeDirectory(root);
    writeJsonDurably(pathOf(root), lock);
    return;
  }
  removeIfThere(pathOf(root));
  syncDirectory(within(root, '.nocturne'));
}

/** For messages. */
export function lockPath(root: string): string {
  return shownPath(pathOf(root));
}

function pathOf(root: string): string {
  return within(root, '.nocturne', 'pass.lock');
}
