/** The one meter of a workspace, and where it listens: two files in its directory. */
import { join } from 'node:path';
import { NocturneError } from '../../kernel/error.js';
import { makeDirectory, removeIfThere } from '../../workspace/durable.js';
import { withCommitMutex } from '../../workspace/mutex.js';
import {
  isIdentity,
  lifeOf,
  ownIdentity,
  type ProcessIdentity,
} from '../../workspace/process-identity.js';
import { readJson, writeJsonDurably } from '../../workspace/state-home.js';
import type { Workspace } from '../../workspace/types.js';

export type MeterAddress = {
  readonly port: number;
  /** Absolute, in a folder of its own, which is bound into sandboxes. */
  readonly socket: string;
  /** A pass started it, so a pass may replace it. */
  readonly isReplaceable?: true;
};
export type LiveMeter = ProcessIdentity & MeterAddress;

export function meterDirectory(state: string): string {
  return join(state, 'meter');
}

/** Nothing if none listens. */
export function liveMeter(state: string): LiveMeter | undefined {
  const meter = readJson<LiveMeter>(addressPath(state));
  return isIdentity(meter) && lifeOf(meter) !== 'dead' ? meter : undefined;
}

/** The next meter takes the same port, because running agents know it. */
export function lastPort(state: string): number | undefined {
  return readJson<MeterAddress>(addressPath(state))?.port;
}

export function announceMeter(state: string, address: MeterAddress): void {
  writeJsonDurably(addressPath(state), { ...ownIdentity(), ...address });
}

/** From now on it does not listen. */
export function withdrawMeter(state: string): void {
  const port = lastPort(state);
  if (port !== undefined) writeJsonDurably(addressPath(state), { port });
}

/** Before anything of the meter is opened. @throws NocturneError `LOCKED` if there is one. */
export function claimMeter({ root, state }: Pick<Workspace, 'root' | 'state'>): void {
  withCommitMutex(root, () => {
    const holder = claimant(state);
    if (holder !== undefined)
      throw new NocturneError('LOCKED', `the meter is already running, as process ${holder.pid}`, {
        hint: 'one meter serves all passes of a workspace',
      });
    makeDirectory(meterDirectory(state), 0o700);
    writeJsonDurably(claimPath(state), ownIdentity());
  });
}

/** The live process that is the meter, also while it starts and ends. */
export function claimant(state: string): ProcessIdentity | undefined {
  const holder = readJson(claimPath(state));
  return isIdentity(holder) && lifeOf(holder) !== 'dead' ? holder : undefined;
}

/** By the process that has claimed it. */
export function releaseMeter(state: string): void {
  removeIfThere(claimPath(state));
}

function addressPath(state: string): string {
  return join(meterDirectory(state), 'meter.json');
}

function claimPath(state: string): string {
  return join(meterDirectory(state), 'meter.lock');
}
