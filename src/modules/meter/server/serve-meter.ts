/** Runs the meter of one workspace until it is told to end, or until no pass needs it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { defined } from '../../../kernel/defined.js';
import type { Workspace } from '../../../workspace/types.js';
import { accountOf, type Grant, grantOfToken, liveGrants } from '../grant.js';
import { openAccounts } from '../ledger/accounts.js';
import { requireAllRows } from '../ledger/ledger-problems.js';
import { stoppedUntil } from '../ledger/stopped.js';
import {
  announceMeter,
  claimMeter,
  lastPort,
  type MeterAddress,
  meterDirectory,
  releaseMeter,
  withdrawMeter,
} from '../live-meter.js';
import { spendingOf } from '../page/spending.js';
import { meterApp } from './app.js';
import type { Desk } from './desk.js';
import { listen } from './listen.js';
import { socketPath } from './socket-path.js';
import type { Patience } from './upstream.js';

export type MeterOptions = {
  readonly workspace: Workspace;
  /** With the keys. */
  readonly env: Desk['env'];
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  readonly ready: (address: MeterAddress) => void;
  /** Ends after so long without a pass. Default: never. */
  readonly unusedMs?: number;
  readonly patience?: Patience;
};

const PATIENCE: Patience = { connectMs: 30_000, idleMs: 15 * 60_000 };
/** How long running calls may go on when the meter is told to end. */
const DRAIN_MS = 5_000;
const LOOK_MS = 250;

/**
 * @throws NocturneError `LOCKED` if the workspace has a meter; `GATE` if rows of its ledger are
 * gone, also while it serves.
 */
export async function serveMeter(options: MeterOptions): Promise<void> {
  const { workspace } = options;
  claimMeter(workspace);
  try {
    requireAllRows(meterDirectory(workspace.state), workspace.snapshot());
    const desk = deskOf(options);
    try {
      await serveCalls(options, desk);
    } finally {
      desk.accounts.close();
    }
  } finally {
    releaseMeter(workspace.state);
  }
}

/** However it ends, nothing listens after it. */
async function serveCalls(options: MeterOptions, desk: Desk): Promise<void> {
  const { signal, ready } = options;
  const { state } = options.workspace;
  const socket = socketPath(state);
  const listening = await listen(meterApp(desk), { socket, port: lastPort(state) ?? 0 });
  const isReplaceable = options.unusedMs === undefined ? undefined : (true as const);
  const address = { socket, port: listening.port, ...defined({ isReplaceable }) };
  try {
    announceMeter(state, address);
    ready(address);
    await untilUnneeded(options, desk);
  } finally {
    try {
      withdrawMeter(state);
    } finally {
      listening.stop();
      await drained(desk, signal);
      listening.close();
    }
  }
}

function deskOf({ workspace, env, say, patience = PATIENCE }: MeterOptions): Desk {
  const { state, clock } = workspace;
  const granted = new Map<string, Grant['limits']>();
  const metered = new Set<string>();
  const spending = spendingOf({
    workspace,
    isMetered: (runId) => metered.has(runId) || accounts.pass(runId).calls > 0,
    counted: (runId) => accounts.run(runId),
    passLimits: (account) => granted.get(account) ?? {},
  });
  const accounts = openAccounts({
    ...{ directory: meterDirectory(state), clock },
    ...{ zone: spending.zone, limits: spending.limits },
  });
  return {
    ...{ state, accounts, env, say, patience, clock },
    look: spending.look,
    priceOf: spending.priceOf,
    grantOf(token) {
      const grant = grantOfToken(state, token);
      if (grant === undefined) return undefined;
      const account = accountOf(grant);
      granted.set(account, grant.limits);
      // A judge's calls say nothing about those of the worker.
      if (account === grant.runId) metered.add(account);
      return grant;
    },
    running: new Set(),
  };
}

/**
 * Also ends running calls as soon as the owner stops all spending.
 * @throws NocturneError `GATE` for a ledger that another program has changed.
 */
async function untilUnneeded(
  { workspace, signal, unusedMs = Number.POSITIVE_INFINITY }: MeterOptions,
  { running, accounts }: Desk,
): Promise<void> {
  const { state, clock } = workspace;
  for (let unused = 0; !signal.aborted && unused < unusedMs; ) {
    await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
    accounts.requireUnchanged();
    const isStopped =
      running.size > 0 && stoppedUntil(meterDirectory(state), clock.now()) !== undefined;
    if (isStopped) for (const call of running) call.abort();
    unused = running.size > 0 || liveGrants(state) > 0 ? 0 : unused + LOOK_MS;
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
