/** What the running server has taken: how a command knows that its change is active. */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  isIdentity,
  lifeOf,
  ownIdentity,
  type ProcessIdentity,
} from '../../../workspace/process-identity.js';
import { removeIfThere } from '../../../workspace/durable.js';
import { readJson, writeJsonDurably } from '../../../workspace/state-home.js';
import { serverDirectory } from './lead-files.js';
import { wantedConfig } from './write-config.js';

const START_MS = 20_000;

export type Applied = {
  /** Of the process that serves; it may be killed, and leave its server behind. */
  readonly service: ProcessIdentity;
  readonly server: ProcessIdentity;
  readonly version: string;
  /** Of the configuration that the server has. */
  readonly hash: string;
};

export function readApplied(state: string): Applied | undefined {
  const applied = readJson<Applied>(appliedPath(state));
  return isIdentity(applied?.service) && isIdentity(applied.server) ? applied : undefined;
}

export function writeApplied(state: string, applied: Omit<Applied, 'service'>): void {
  writeJsonDurably(appliedPath(state), { service: ownIdentity(), ...applied } satisfies Applied);
}

export function withdrawApplied(state: string): void {
  removeIfThere(appliedPath(state));
}

/** The server that runs, under a service that runs. */
export function runningServer(state: string): Applied | undefined {
  const applied = readApplied(state);
  return applied !== undefined && lifeOf(applied.service) === 'alive' ? applied : undefined;
}

/** Waits for the start of the server, as long as one takes. */
export async function untilServer(state: string, signal: AbortSignal): Promise<void> {
  const end = Date.now() + START_MS;
  while (!signal.aborted && Date.now() < end && runningServer(state) === undefined)
    await pause(100);
}

/**
 * Waits until the server has the configuration that the files want. `late`: it has not taken it in
 * this time; `stopped`: no server runs, and it takes it when it starts.
 */
export async function untilApplied(
  state: string,
  { now, waitMs }: { readonly now: () => Date; readonly waitMs: number },
): Promise<'applied' | 'late' | 'stopped'> {
  for (const end = Date.now() + waitMs; ; await pause(100)) {
    const applied = runningServer(state);
    if (applied === undefined) return 'stopped';
    if (applied.hash === wantedConfig(state, now()).hash) return 'applied';
    if (Date.now() > end) return 'late';
  }
}

function appliedPath(state: string): string {
  return join(serverDirectory(state), 'applied.json');
}
