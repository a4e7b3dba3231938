/** The commit mutex, for milliseconds: only one process at a time changes a workspace. */
import { lstatSync, readdirSync, readFileSync, writeFileSync } from '../kernel/files.js';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { stamp, systemClock } from '../kernel/clock.js';
import { NocturneError } from '../kernel/error.js';
import { sha256 } from '../kernel/hash.js';
import { type Failpoint, makeDirectory, noFailpoint, removeIfThere, tryLink } from './durable.js';
import { assertRoot } from './pinned-root.js';
import { isIdentity, lifeOf, ownIdentity, type ProcessIdentity } from './process-identity.js';
import { shownPath, within } from './root-descriptor.js';
import { readTextIfThere } from './read-if-there.js';
import { errnoOf, onFile, storageError } from './storage-error.js';

export type CommitHolder = ProcessIdentity & { readonly token: string; readonly at: string };
export type MutexOptions = { readonly timeoutMs?: number; readonly failpoint?: Failpoint };

const LOCK = 'commit.lock';
const BREAK = 'commit.break.';
/** Written when the lock of a dead process is broken: recovery then checks everything. */
const CRASH_MARK = 'crashed';
const DEFAULT_TIMEOUT_MS = 30_000;
/** A lock without readable content is probably left from a power cut, but waits this long. */
const GARBLED_GRACE_MS = 2_000;

const held = new Map<string, string>();
/** Tokens of locks and claims that this process has made or failed to remove while not inside. */
const left = new Set<string>();

/**
 * Runs `action` while no other process commits to this workspace. Nested calls run at once.
 *
 * The lock is a hard link to a complete file, so it is never half written. Breaking the lock of a
 * dead process has no race: a process that breaks the lock with token T first claims
 * `commit.break.T.0` exclusively; if it dies, the next one claims `commit.break.T.1`, and so on.
 * Only a living claimant may remove the lock, and only while it has token T, which never repeats.
 *
 * @throws NocturneError `LOCKED` after `timeoutMs` (default 30 s), `STORAGE`, `ROOT_MOVED`.
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
  left.delete(token);
  held.set(root, token);
  try {
    const result = action();
    if (result instanceof Promise)
      throw new NocturneError('INTERNAL', 'the commit mutex does not cover an asynchronous action');
    return result;
  } finally {
    held.delete(root);
    release(directory, token);
  }
}

function release(directory: string, token: string): void {
  left.add(token);
  if (readHolder(directory)?.token === token) removeIfThere(join(directory, LOCK));
  left.delete(token);
}

/** Who holds the mutex now, and whether that process still runs. */
export function commitMutexStatus(
  root: string,
): { readonly holder: CommitHolder; readonly life: 'alive' | 'dead' | 'unknown' } | undefined {
  const holder = readHolder(within(root, '.nocturne'));
  return holder === undefined ? undefined : { holder, life: lifeOf(holder) };
}

/** Removes the mutex of any holder, and returns the holder. For the owner only. */
export function breakCommitMutex(root: string): CommitHolder | undefined {
  const directory = within(root, '.nocturne');
  const holder = readHolder(directory);
  if (removeIfThere(join(directory, LOCK))) markCrash(directory);
  return holder;
}

/** Whether a holder has died since the last full recovery. */
export function crashMarked(root: string): boolean {
  return (
    commitMutexStatus(root)?.life === 'dead' ||
    readTextIfThere(within(root, '.nocturne', CRASH_MARK)) !== undefined
  );
}

/** Ends a full recovery, and removes leftover claims. Call it under the mutex. */
export function clearCrashMark(root: string): void {
  const directory = within(root, '.nocturne');
  for (const name of onFile(directory, 'list', () => readdirSync(directory))) {
    if (!name.startsWith(`${LOCK}.`) && !name.startsWith(BREAK)) continue;
    const owner = parse(readTextIfThere(join(directory, name)));
    if (owner === undefined || lifeOf(owner) === 'dead') removeIfThere(join(directory, name));
  }
  removeIfThere(join(directory, CRASH_MARK));
}

/** Makes `.nocturne` if it is missing. @throws NocturneError `STORAGE` if it is a link. */
export function storeDirectory(root: string): string {
  const directory = within(root, '.nocturne');
  if (lstatSync(directory, { throwIfNoEntry: false })?.isSymbolicLink() === true) {
    throw new NocturneError(
      'STORAGE',
      `${shownPath(directory)} is a symbolic link, expected a directory`,
      {
        file: shownPath(directory),
        hint: 'remove the link: .nocturne has to be a directory on the same disk as the workspace',
      },
    );
  }
  makeDirectory(directory);
  // Nocturne makes no links here; a link could lead outside the workspace.
  for (const item of onFile(directory, 'list', () =>
    readdirSync(directory, { withFileTypes: true }),
  ))
    if (item.isSymbolicLink()) removeIfThere(join(directory, item.name));
  return directory;
}

/** The token of the lock; `undefined` if this process has it under another path of the root. */
function acquire(
  directory: string,
  { timeoutMs, failpoint }: Required<MutexOptions>,
): string | undefined {
  const token = randomBytes(12).toString('hex');
  left.add(token);
  const ticket = join(directory, `${LOCK}.${token}`);
  const me: CommitHolder = { ...ownIdentity(), token, at: stamp(systemClock.now()) };
  onFile(ticket, 'create', () => writeFileSync(ticket, JSON.stringify(me), { flag: 'wx' }));
  try {
    const began = performance.now();
    let garbledSince: number | undefined;
    for (let attempt = 0; !claim(ticket, join(directory, LOCK)); attempt++) {
      const text = readTextIfThere(join(directory, LOCK)) ?? '';
      const now = performance.now();
      const holder = parse(text);
      garbledSince = holder === undefined ? (garbledSince ?? now) : undefined;
      const dead =
        holder === undefined
          ? now - (garbledSince ?? now) > GARBLED_GRACE_MS
          : left.has(holder.token) || lifeOf(holder) === 'dead';
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

/** Whether the lock with `token` is gone; false while another living process breaks it. */
function breakLock(directory: string, ticket: string, token: string): boolean {
  for (let turn = 0; ; turn++) {
    const name = join(directory, `${BREAK}${token}.${turn}`);
    if (claim(ticket, name)) {
      try {
        if (tokenOf(directory) === token) {
          markCrash(directory);
          removeIfThere(join(directory, LOCK));
        }
      } finally {
        // Also after a failure: otherwise nobody could break the lock while this process lives.
        for (let done = turn; done >= 0; done--)
          removeIfThere(join(directory, `${BREAK}${token}.${done}`));
      }
      return true;
    }
    const claimant = parse(readTextIfThere(name));
    if (claimant === undefined) return tokenOf(directory) !== token;
    if (!left.has(claimant.token) && lifeOf(claimant) !== 'dead') return false;
  }
}

/** Atomic and exclusive: creates the name with its whole content, unless it exists. */
function claim(ticket: string, name: string): boolean {
  const outcome = tryLink(ticket, name);
  if (outcome === 'missing')
    throw new NocturneError(
      'STORAGE',
      `cannot create ${shownPath(name)}: ${shownPath(ticket)} disappeared`,
      {
        file: shownPath(name),
        hint: 'find out what removes files from .nocturne while Nocturne runs',
      },
    );
  return outcome === 'unsupported' ? claimWithoutLinks(ticket, name) : outcome === 'linked';
}

/** Without hard links (exFAT, some network drives), the content appears after the name. */
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
  return parse(readTextIfThere(join(directory, LOCK)));
}

function tokenOf(directory: string): string | undefined {
  const text = readTextIfThere(join(directory, LOCK));
  return text === undefined ? undefined : tokenIn(text);
}

/** All processes derive the same token from the same unreadable lock. */
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
      ? 'an unknown process'
      : `process ${holder.pid} on ${holder.host}${holder.at === '' ? '' : ` since ${holder.at}`}`;
  return new NocturneError(
    'LOCKED',
    `${who} is writing to the workspace; gave up after ${timeoutMs / 1000} s`,
    {
      file: shownPath(join(directory, LOCK)),
      hint: 'try again later; if that process hangs, stop it; if its machine is gone, run nocturne lock break',
    },
  );
}

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
