/** Which process runs the services of a workspace, and how each of them is. */
import { join } from 'node:path';
import { NocturneError } from '../../kernel/error.js';
import { removeIfThere } from '../../workspace/durable.js';
import { withCommitMutex } from '../../workspace/mutex.js';
import {
  isIdentity,
  lifeOf,
  ownIdentity,
  type ProcessIdentity,
} from '../../workspace/process-identity.js';
import { readJson, writeJsonDurably } from '../../workspace/state-home.js';
import type { Workspace } from '../../workspace/types.js';

/** `failed`: it waits to be started again. `failure`: why it last ended; kept while it runs. */
export type ServiceHealth = {
  readonly name: string;
  readonly state: 'running' | 'failed' | 'stopped';
  readonly since: string;
  readonly restarts: number;
  readonly failure?: string;
};
type Stored = { readonly process: ProcessIdentity; readonly services: readonly ServiceHealth[] };
type Place = Pick<Workspace, 'root' | 'state'>;

/** @throws NocturneError `LOCKED` if another process runs the services. */
export function claimServices(place: Place): void {
  withCommitMutex(place.root, () => {
    const holder = holderOf(place.state)?.process;
    if (holder !== undefined && !isOwn(holder))
      throw new NocturneError('LOCKED', `process ${holder.pid} already runs the services`, {
        hint: 'nocturne status shows them',
      });
    writeHealth(place.state, []);
  });
}

export function writeHealth(state: string, services: readonly ServiceHealth[]): void {
  writeJsonDurably(pathOf(state), { process: ownIdentity(), services } satisfies Stored);
}

export function releaseServices(state: string): void {
  removeIfThere(pathOf(state));
}

/** `undefined`: no live process runs services. */
export function serviceHealth(
  state: string,
): { readonly pid: number; readonly services: readonly ServiceHealth[] } | undefined {
  const holder = holderOf(state);
  return holder === undefined ? undefined : { pid: holder.process.pid, services: holder.services };
}

function holderOf(state: string): Stored | undefined {
  const stored = readJson<Stored>(pathOf(state));
  if (!isIdentity(stored?.process)) return undefined;
  return lifeOf(stored.process) === 'dead' ? undefined : stored;
}

function isOwn({ pid, started }: ProcessIdentity): boolean {
  const own = ownIdentity();
  return own.pid === pid && own.started === started;
}

function pathOf(state: string): string {
  return join(state, 'services.json');
}
