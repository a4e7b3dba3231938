/** Runs the meter of one workspace until it is told to end, or until no pass needs it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Workspace } from '../../../workspace/types.js';
import { grantOfToken, liveGrants } from '../grant.js';
import { openAccounts } from '../ledger/accounts.js';
import { stoppedUntil } from '../ledger/stopped.js';
import { meterApp } from './app.js';
import type { Desk } from './desk.js';
import { listen } from './listen.js';
import {
  type Address,
  announceMeter,
  claimMeter,
  meterDirectory,
  releaseMeter,
  socketPath,
} from './live-meter.js';
import { type Spending, spendingOf } from './spending.js';
import type { Patience } from './upstream.js';

export type MeterOptions = {
  readonly workspace: Workspace;
  /** With the keys. */
  readonly env: Desk['env'];
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  readonly ready: (address: Address) => void;
  /** Ends after so long without a pass. Default: never. */
  readonly unusedMs?: number;
  readonly patience?: Patience;
};

const PATIENCE: Patience = { connectMs: 30_000, idleMs: 15 * 60_000 };
/** How long running calls may go on when the meter is told to end. */
const DRAIN_MS = 5_000;
const LOOK_MS = 250;

/** @throws NocturneError `LOCKED` if the workspace has a meter. */
export async function serveMeter(options: MeterOptions): Promise<void> {
  const { workspace, signal, ready } = options;
  const { state } = workspace;
  claimMeter(workspace);
  try {
    const desk = deskOf(options);
    const listening = await listen(meterApp(desk), socketPath(state));
    const address = { port: listening.port, socket: socketPath(state) };
    announceMeter(state, address);
    ready(address);
    await untilUnneeded(options, desk);
    listening.stop();
    await drained(desk, signal);
    listening.close();
    desk.accounts.close();
  } finally {
    releaseMeter(workspace);
  }
}

function deskOf({ workspace, env, say, patience = PATIENCE }: MeterOptions): Desk {
  const { state, clock } = workspace;
  const spending: Spending = spendingOf(workspace);
  const accounts = openAccounts({
    directory: meterDirectory(state),
    clock,
    zone: spending.zone,
    limits: spending.limits,
  });
  return {
    ...{ state, accounts, env, say, patience, clock },
    priceOf: spending.priceOf,
    grantOf(token) {
      const grant = grantOfToken(state, token);
      if (grant !== undefined) spending.note(grant);
      return grant;
    },
    running: new Set(),
  };
}

/** Also ends running calls as soon as the owner stops all spending. */
async function untilUnneeded(
  { workspace, signal, unusedMs = Number.POSITIVE_INFINITY }: MeterOptions,
  { running }: Desk,
): Promise<void> {
  const { state, clock } = workspace;
  const isNeeded = (): boolean => running.size > 0 || liveGrants(state) > 0;
  let unused = 0;
  while (!signal.aborted) {
    await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
    const isStopped =
      running.size > 0 && stoppedUntil(meterDirectory(state), clock.now()) !== undefined;
    if (isStopped) for (const call of running) call.abort();
    unused = isNeeded() ? 0 : unused + LOOK_MS;
    // A pass that has just begun finds this meter or starts another one.
    if (unused >= unusedMs && releaseMeter(workspace, isNeeded)) return;
  }
}

/** What does not end in time is closed, and counts in full. */
async function drained({ running }: Desk, signal: AbortSignal): Promise<void> {
  const deadline = signal.aborted ? DRAIN_MS : 0;
  for (let waited = 0; running.size > 0 && waited < deadline; waited += LOOK_MS)
    await sleep(LOOK_MS);
  for (const call of running) call.abort();
  for (let waited = 0; running.size > 0 && waited < DRAIN_MS; waited += LOOK_MS)
    await sleep(LOOK_MS);
}
