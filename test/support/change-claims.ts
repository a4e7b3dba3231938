/** Edits the file of the pass lock, to make states that only crashes and other machines leave. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Claim, StoredLock } from '../../src/workspace/lock-file.js';

/** @param change from each claim to what it becomes. */
export function changeClaims(root: string, change: (claim: Claim) => Claim): void {
  changeLock(root, (lock) => ({ ...lock, claims: lock.claims.map(change) }));
}

export function changeLock(root: string, change: (lock: StoredLock) => StoredLock): void {
  const path = join(root, '.nocturne/pass.lock');
  const lock = JSON.parse(readFileSync(path, 'utf8')) as StoredLock;
  writeFileSync(path, JSON.stringify(change(lock)));
}
