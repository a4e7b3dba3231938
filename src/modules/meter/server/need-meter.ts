/** Finds the live meter of a workspace, or starts one as a process of its own. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { NocturneError } from '../../../kernel/error.js';
import { closeSync, openSync } from '../../../kernel/files.js';
import { makeDirectory } from '../../../workspace/durable.js';
import { readTextIfThere } from '../../../workspace/read-if-there.js';
import type { Workspace } from '../../../workspace/types.js';
import { type Address, liveMeter, meterDirectory } from './live-meter.js';

export type MeterNeed = {
  readonly workspace: Pick<Workspace, 'root' | 'state' | 'home'>;
  /** With the keys: a meter that is started gets them. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
};

const PROGRAM = fileURLToPath(new URL('../../../../../bin/nocturne.cjs', import.meta.url));
const READY_MS = 20_000;
const LOOK_MS = 25;
/** A meter that was started by need ends after so long without a pass. */
const UNUSED_MINUTES = 1;

/**
 * Open the grant first: a meter ends only while there is none.
 * @throws NocturneError `RUN_FAILED` if it does not start.
 */
export async function needMeter(need: MeterNeed): Promise<Address> {
  const { state } = need.workspace;
  const live = liveMeter(state);
  if (live !== undefined) return live;
  const hasEnded = start(need);
  for (let waited = 0; waited < READY_MS && !need.signal.aborted; waited += LOOK_MS) {
    await sleep(LOOK_MS);
    const started = liveMeter(state);
    if (started !== undefined) return started;
    // It may have ended because another one is starting, which is then live soon.
    if (hasEnded() && waited > READY_MS / 2) break;
  }
  throw new NocturneError('RUN_FAILED', 'the meter did not start', {
    hint: `nocturne meter shows why; ${logPath(state)} ends with: ${lastLine(state)}`,
  });
}

function start({ workspace, env }: MeterNeed): () => boolean {
  const { NOCTURNE_RUN: _run, NOCTURNE_PASS_TOKEN: _token, ...clean } = env;
  makeDirectory(meterDirectory(workspace.state), 0o700);
  const log = openSync(logPath(workspace.state), 'w', 0o600);
  const words = ['--workspace', workspace.root, 'meter', '--unused', String(UNUSED_MINUTES)];
  const child = spawn(process.execPath, [PROGRAM, ...words], {
    cwd: workspace.state,
    env: { ...clean, NOCTURNE_HOME: workspace.home },
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  let hasEnded = false;
  child.once('error', () => (hasEnded = true)).once('exit', () => (hasEnded = true));
  child.unref();
  return () => hasEnded;
}

function lastLine(state: string): string {
  return readTextIfThere(logPath(state))?.trim().split('\n').at(-1) ?? '';
}

function logPath(state: string): string {
  return join(meterDirectory(state), 'meter.log');
}
