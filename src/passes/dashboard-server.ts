/** Which process serves the dashboard of a workspace, and where. */
import { join } from 'node:path';
import { removeIfThere } from '../workspace/durable.js';
import {
  isIdentity,
  lifeOf,
  ownIdentity,
  type ProcessIdentity,
} from '../workspace/process-identity.js';
import { readJson, writeJsonDurably } from '../workspace/state-home.js';

/** `url`: where the owner's browser reaches it, without a slash at its end. */
export type DashboardServer = {
  readonly url: string;
  readonly since: string;
  readonly readOnly: boolean;
};
type Stored = DashboardServer & { readonly process: ProcessIdentity };

export function rememberServer(state: string, server: DashboardServer): void {
  writeJsonDurably(pathOf(state), { ...server, process: ownIdentity() } satisfies Stored);
}

/** Only the one of this process: another may have begun since. */
export function forgetServer(state: string): void {
  if (runningServer(state)?.pid === process.pid) removeIfThere(pathOf(state));
}

/** `undefined`: no live process serves it. */
export function runningServer(
  state: string,
): (DashboardServer & { readonly pid: number }) | undefined {
  const stored = readJson<Stored>(pathOf(state));
  if (!isIdentity(stored?.process) || lifeOf(stored.process) === 'dead') return undefined;
  const { url, since, readOnly } = stored;
  return { url, since, readOnly, pid: stored.process.pid };
}

function pathOf(state: string): string {
  return join(state, 'dashboard-server.json');
}
