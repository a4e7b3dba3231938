/** The file that says which process serves a workspace over HTTP, where, and with which token. */
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

export type Instance = {
  readonly version: 1;
  readonly process: ProcessIdentity;
  readonly url: string;
  readonly token: string;
};

export function instancePath(workspace: Pick<Workspace, 'state'>): string {
  return join(workspace.state, 'mcp-http.json');
}

/** @throws NocturneError `LOCKED` while another process serves this workspace. */
export function claimInstance(
  workspace: Workspace,
  server: { readonly url: string; readonly token: string },
): void {
  withCommitMutex(workspace.root, () => {
    const other = holder(workspace);
    if (other !== undefined)
      throw new NocturneError(
        'LOCKED',
        `process ${other.process.pid} already serves this workspace at ${other.url}`,
        { hint: `use that server (its token is in ${instancePath(workspace)}), or stop it first` },
      );
    writeJsonDurably(
      instancePath(workspace),
      { version: 1, process: ownIdentity(), ...server } satisfies Instance,
      { mode: 0o600 },
    );
  });
}

export function releaseInstance(workspace: Workspace): void {
  const own = readJson<Instance>(instancePath(workspace));
  if (own?.process.pid === process.pid) removeIfThere(instancePath(workspace));
}

/** The process that serves, unless it is dead. A process on another machine counts as alive. */
function holder(workspace: Workspace): Instance | undefined {
  const instance = readJson<Instance>(instancePath(workspace));
  return instance === undefined ||
    !isIdentity(instance.process) ||
    lifeOf(instance.process) === 'dead' ||
    instance.process.pid === process.pid
    ? undefined
    : instance;
}
