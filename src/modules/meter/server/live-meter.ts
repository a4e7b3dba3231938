/** The one live meter of a workspace, and where it listens: `meter.json` in its directory. */
import { basename, join } from 'node:path';
import { tmpdir } from 'node:os';
import { NocturneError } from '../../../kernel/error.js';
import { lstatSync } from '../../../kernel/files.js';
import { makeDirectory, removeIfThere } from '../../../workspace/durable.js';
import { withCommitMutex } from '../../../workspace/mutex.js';
import {
  isIdentity,
  lifeOf,
  ownIdentity,
  type ProcessIdentity,
} from '../../../workspace/process-identity.js';
import { readJson, writeJsonDurably } from '../../../workspace/state-home.js';
import type { Workspace } from '../../../workspace/types.js';

export type Address = { readonly port: number; readonly socket: string };
/** Without an address, the meter is starting. */
type Stored = { readonly process: ProcessIdentity; readonly address?: Address };
type Place = Pick<Workspace, 'root' | 'state'>;

export function meterDirectory(state: string): string {
  return join(state, 'meter');
}

/** `undefined`: none is live, or it is not ready. */
export function liveMeter(state: string): (Address & { readonly pid: number }) | undefined {
  const { process: holder, address } = holderOf(state) ?? {};
  return holder === undefined || address === undefined
    ? undefined
    : { ...address, pid: holder.pid };
}

/** @throws NocturneError `LOCKED` if there is one. */
export function claimMeter({ root, state }: Place): void {
  withCommitMutex(root, () => {
    const holder = holderOf(state)?.process;
    if (holder !== undefined)
      throw new NocturneError('LOCKED', `the meter runs already, as process ${holder.pid}`, {
        hint: 'one meter serves all passes of a workspace',
      });
    makeDirectory(meterDirectory(state), 0o700);
    write(state, { process: ownIdentity() });
  });
}

export function announceMeter(state: string, address: Address): void {
  write(state, { process: ownIdentity(), address });
}

/** Gives the own claim back, unless `isNeeded`. @returns whether the claim is gone. */
export function releaseMeter({ root, state }: Place, isNeeded = (): boolean => false): boolean {
  return withCommitMutex(root, () => {
    if (isNeeded()) return false;
    const [holder, own] = [holderOf(state)?.process, ownIdentity()];
    if (holder?.pid === own.pid && holder.started === own.started) removeIfThere(pathOf(state));
    return true;
  });
}

function holderOf(state: string): Stored | undefined {
  const stored = readJson<Stored>(pathOf(state));
  if (!isIdentity(stored?.process)) return undefined;
  return lifeOf(stored.process) === 'dead' ? undefined : stored;
}

function write(state: string, stored: Stored): void {
  writeJsonDurably(pathOf(state), stored);
}

function pathOf(state: string): string {
  return join(meterDirectory(state), 'meter.json');
}

/** The longest path of a socket is 104 bytes on macOS and 108 on Linux. */
const LONGEST_PATH = 100;

/**
 * In a folder that has nothing else, because a sandbox gets the folder. In the temporary directory
 * if the path is too long. @throws NocturneError `CONFIG` if others can write to that folder.
 */
export function socketPath(state: string): string {
  const folder = join(meterDirectory(state), 'socket');
  const path = join(folder, 'meter.sock');
  if (Buffer.byteLength(path) <= LONGEST_PATH) {
    makeDirectory(folder, 0o700);
    return path;
  }
  const user = process.getuid?.() ?? 0;
  const other = join(tmpdir(), `nocturne-${user}-meter-${basename(state)}`);
  makeDirectory(other, 0o700);
  const { uid, mode } = lstatSync(other);
  if (uid !== user || (mode & 0o077) !== 0)
    throw new NocturneError(
      'CONFIG',
      `others can write to ${other}; expected a folder that only user ${user} can enter`,
      { file: other, hint: 'remove the folder, or set NOCTURNE_HOME to a shorter path' },
    );
  return join(other, 'meter.sock');
}
