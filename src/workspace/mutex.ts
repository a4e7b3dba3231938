/**
 * The commit mutex: one process at a time changes a workspace, for milliseconds. (Who may run a
 * pass, for minutes, is the lease.)
 */
import { lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { stamp, systemClock } from '../kernel/clock.js';
import { NocturneError } from '../kernel/error.js';
import { sha256 } from '../kernel/hash.js';
import { type Failpoint, makeDirectory, noFailpoint, removeIfThere, tryLink } from './durable.js';
import { assertRoot } from './pinned-root.js';
import { isIdentity, lifeOf, ownIdentity, type ProcessIdentity } from './process-identity.js';
import { shownPath, within } from './root-descriptor.js';
import { errnoOf, onFile, storageError } from './storage-error.js';

export type CommitHolder = ProcessIdentity & { readonly token: string; readonly at: string };
export type MutexOptions = { readonly timeoutMs?: number; readonly failpoint?: Failpoint };

const LOCK = 'commit.lock';
const BREAK = 'commit.break.';
/**
 * Left by whoever breaks a dead holder's lock: somebody died in the middle of something, so
 * recovery has to look everywhere.
 */
const CRASH_MARK = 'crashed';
const DEFAULT_TIMEOUT_MS = 30_000;
/**
 * A lock without readable content can only be left by a power cut; wait a little all the same
 * before it is treated so.
 */
const GARBLED_GRACE_MS = 2_000;

const held = new Map<string, string>();

/**
 * Runs `action` while no other process commits to this workspace. Nested calls in one process run
 * at once.
 *
 * The lock is a hard link to a complete file, so it is never seen half written. A dead holder's
 * lock is broken without a race: whoever
 * breaks the lock with token T first claims `commit.break.T.0`, exclusively; the claim of a
 * claimant that died is succeeded by
 * `commit.break.T.1` and so on. Only the living claimant may remove the lock, only while it still
 * carries T, and a T never returns.
 *
 * @throws NocturneError `LOCKED` when the mutex stays held for `timeoutMs` (default 30 s);
 * `STORAGE` when the lock cannot be made; `ROOT_MOVED`.
 */
export function withCommitMutex<T>(root: string, action: () => T, options: MutexOptions = {}): T {
  assertRoot(root);
  if (held.has(root)) return action();
  const directory = storeDirectory(root);
  const token = acquire(directory, {
    timeoutMs: DEFAULT_TIMEOUT_MS,
    failpoint: noFailpoint,
    ...options,
  });
  if (token === undefined) return action();
  held.set(root, token);
  try {
    const result = action();
    if (result instanceof Promise)
      throw new NocturneError(
        'INTERNAL',
        'an asynchronous action was given to the commit mutex, which would not cover it',
      );
    return result;
  } finally {
    held.delete(root);
    if (readHolder(directory)?.token === token) removeIfThere(join(directory, LOCK));
  }
}

/** Who holds the mutex now. `life` tells whether that process still exists. */
export function commitMutexStatus(
  root: string,
): { readonly holder: CommitHolder; readonly life: 'alive' | 'dead' | 'unknown' } | undefined {
  const holder = readHolder(within(root, '.nocturne'));
  return holder === undefined ? undefined : { holder, life: lifeOf(holder) };
}

/**
 * Removes the mutex whoever holds it; for the owner who knows that a holder on another machine is
 * gone. Returns the holder.
 */
export function breakCommitMutex(root: string): CommitHolder | undefined {
  const directory = within(root, '.nocturne');
  const holder = readHolder(directory);
  if (removeIfThere(join(directory, LOCK))) markCrash(directory);
  return holder;
}

/** Whether a holder died since the last full recovery. */
export function crashMarked(root: string): boolean {
  return (
    commitMutexStatus(root)?.life === 'dead' ||
    readText(within(root, '.nocturne', CRASH_MARK)) !== undefined
  );
}

/**
 * Says that recovery has looked everywhere; also removes what dead processes left of their attempts
 * at the mutex. Call it holding the mutex.
 */
export function clearCrashMark(root: string): void {
  const directory = within(root, '.nocturne');
  for (const name of onFile(directory, 'list', () => readdirSync(directory))) {
    if (!name.startsWith(`${LOCK}.`) && !name.startsWith(BREAK)) continue;
    const owner = parse(readText(join(directory, name)));
    if (owner === undefined || lifeOf(owner) === 'dead') removeIfThere(join(directory, name));
  }
  removeIfThere(join(directory, CRASH_MARK));
}

/**
 * `.nocturne` of a workspace, made when missing. @throws NocturneError `STORAGE` when it is a link:
 * locks and journal would be somewhere else.
 */
export function storeDirectory(root: string): string {
  const directory = within(root, '.nocturne');
  if (lstatSync(directory, { throwIfNoEntry: false })?.isSymbolicLink() === true) {
    throw new NocturneError(
      'STORAGE',
      `${shownPath(directory)} is a symbolic link, expected a directory`,
      {
        file: shownPath(directory),
        hint: 'remove the link: what is in .nocturne has to be on the same disk as the workspace, and nobody else may redirect it',
      },
    );
  }
  makeDirectory(directory);
  // No link in here is ours: one would lead what is kept and recovered out of the workspace.
  for (const item of onFile(directory, 'list', () =>
    readdirSync(directory, { withFileTypes: true }),
  ))
    if (item.isSymbolicLink()) removeIfThere(join(directory, item.name));
  return directory;
}

/**
 * Returns the token under which the lock is held; `undefined` when this process holds it already
 * under another spelling of the root.
 */
function acquire(
  directory: string,
  { timeoutMs, failpoint }: Required<MutexOptions>,
): string | undefined {
  const token = randomBytes(12).toString('hex');
  const ticket = join(directory, `${LOCK}.${token}`);
  const me: CommitHolder = { ...ownIdentity(), token, at: stamp(systemClock.now()) };
  onFile(ticket, 'create', () => writeFileSync(ticket, JSON.stringify(me), { flag: 'wx' }));
  try {
    const began = performance.now();
    let garbledSince: number | undefined;
    for (let attempt = 0; !claim(ticket, join(directory, LOCK)); attempt++) {
      const text = readText(join(directory, LOCK));
      if (text === undefined) continue;
      const now = performance.now();
      const holder = parse(text);
      garbledSince = holder === undefined ? (garbledSince ?? now) : undefined;
      const dead =
        holder === undefined
          ? now - (garbledSince ?? now) > GARBLED_GRACE_MS
          : lifeOf(holder) === 'dead';
      if (holder !== undefined && [...held.values()].includes(holder.token)) return undefined;
      if (dead) failpoint('judged dead');
      if (dead && breakLock(directory, ticket, tokenIn(text))) continue;
      if (now - began > timeoutMs) throw lockedError(directory, holder, timeoutMs);
      pause(Math.min(25, 1 + attempt) * (0.5 + Math.random()));
    }
    return token;
  } finally {
    removeIfThere(ticket);
  }
}

/**
 * Whether the lock that carried `token` is gone (by us, or somebody else was quicker); false while
 * another living process is breaking it.
 */
function breakLock(directory: string, ticket: string, token: string): boolean {
  for (let turn = 0; ; turn++) {
    const name = join(directory, `${BREAK}${token}.${turn}`);
    if (claim(ticket, name)) {
      if (tokenOf(directory) === token) {
        markCrash(directory);
        removeIfThere(join(directory, LOCK));
      }
      for (let done = turn; done >= 0; done--)
        removeIfThere(join(directory, `${BREAK}${token}.${done}`));
      return true;
    }
    const claimant = parse(readText(name));
    if (claimant === undefined) return tokenOf(directory) !== token;
    if (lifeOf(claimant) !== 'dead') return false;
  }
}

/** Atomic and exclusive: the name appears with its whole content, or was there before. */
function claim(ticket: string, name: string): boolean {
  const outcome = tryLink(ticket, name);
  if (outcome === 'missing')
    throw new NocturneError(
      'STORAGE',
      `cannot create ${shownPath(name)}: ${shownPath(ticket)} disappeared`,
      {
        file: shownPath(name),
        hint: 'something removes files from .nocturne while nocturne runs: find out what',
      },
    );
  return outcome === 'unsupported' ? claimWithoutLinks(ticket, name) : outcome === 'linked';
}

/**
 * For file systems without hard links (exFAT, some network ones): exclusive too, but its content
 * appears a moment after its name.
 */
function claimWithoutLinks(ticket: string, name: string): boolean {
  try {
    writeFileSync(name, readFileSync(ticket), { flag: 'wx' });
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw storageError(error, name, 'create');
  }
}

function readHolder(directory: string): CommitHolder | undefined {
  return parse(readText(join(directory, LOCK)));
}

function tokenOf(directory: string): string | undefined {
  const text = readText(join(directory, LOCK));
  return text === undefined ? undefined : tokenIn(text);
}

/**
 * Everybody derives the same token from the same unreadable remains, so their claims still meet.
 */
function tokenIn(text: string): string {
  return parse(text)?.token ?? `garbled-${sha256(text).slice(0, 16)}`;
}

function parse(text: string | undefined): CommitHolder | undefined {
  try {
    const value = JSON.parse(text ?? '') as unknown;
    if (!isIdentity(value) || !('token' in value) || typeof value.token !== 'string')
      return undefined;
    return {
      ...value,
      token: value.token,
      at: 'at' in value && typeof value.at === 'string' ? value.at : '',
    };
  } catch {
    return undefined;
  }
}

function markCrash(directory: string): void {
  onFile(join(directory, CRASH_MARK), 'create', () =>
    writeFileSync(join(directory, CRASH_MARK), ''),
  );
}

function lockedError(
  directory: string,
  holder: CommitHolder | undefined,
  timeoutMs: number,
): NocturneError {
  const who =
    holder === undefined
      ? 'a process that cannot be named'
      : `process ${holder.pid} on ${holder.host}${holder.at === '' ? '' : ` since ${holder.at}`}`;
  return new NocturneError(
    'LOCKED',
    `the workspace is being written by ${who}; waited ${timeoutMs / 1000} s for it`,
    {
      file: shownPath(join(directory, LOCK)),
      hint: 'try again when it is done; if that process hangs, stop it; if it ran on a machine that is gone, run nocturne lock break',
    },
  );
}

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw storageError(error, path, 'read');
  }
}
