/**
 * Starts a meter for a pass that finds none: a process of its own, which ends by itself when no
 * pass has needed it for a while.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NocturneError } from '../../kernel/error.js';
import { closeSync, openSync } from '../../kernel/files.js';
import { makeDirectory } from '../../workspace/durable.js';
import { readTextIfThere } from '../../workspace/read-if-there.js';
import type { Workspace } from '../../workspace/types.js';
import { answeringMeter, type Patience } from './answering-meter.js';
import { claimant, type LiveMeter, liveMeter, meterDirectory } from './live-meter.js';

const PROGRAM = fileURLToPath(new URL('../../../../bin/nocturne.cjs', import.meta.url));
/** A memory image of the meter would have the keys in it. */
const WITHOUT_CORE = ['-c', 'ulimit -c 0; exec "$0" "$@"'];
const START_MS = 30_000;
const LOOK_MS = 25;
const MARKS = ['NOCTURNE_RUN', 'NOCTURNE_PASS_TOKEN'];

type Env = Readonly<Record<string, string | undefined>>;

/** The living one, or a new one. @throws NocturneError `CONFIG` if none can be started. */
export async function ensureMeter(
  workspace: Workspace,
  env: Env,
  patience?: Patience,
): Promise<LiveMeter> {
  const { root, home, state } = workspace;
  const living = await answeringMeter(state, patience);
  if (living !== undefined) return living;
  const directory = meterDirectory(state);
  makeDirectory(directory, 0o700);
  const log = join(directory, 'meter.log');
  const output = openSync(log, 'w', 0o600);
  const words = ['meter', '--until-idle', '--workspace', root];
  const child = spawn('/bin/sh', [...WITHOUT_CORE, process.execPath, PROGRAM, ...words], {
    cwd: directory,
    env: { ...withoutMarks(env), NOCTURNE_HOME: home },
    detached: true,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  child.unref();
  const started = await appearing(state, child);
  if (started !== undefined) return started;
  // What is indented belongs to the line before it.
  const said = readTextIfThere(log)
    ?.split('\n')
    .findLast((line) => /^\S/.test(line));
  throw new NocturneError('CONFIG', `the meter did not start: ${said || 'it said nothing'}`, {
    hint: 'nocturne meter starts it in the foreground and says why',
  });
}

/**
 * Another process may have started one in the same moment; then ours ends, and that one appears.
 */
async function appearing(state: string, child: ChildProcess): Promise<LiveMeter | undefined> {
  let hasEnded = false;
  child.once('error', () => (hasEnded = true)).once('exit', () => (hasEnded = true));
  const until = performance.now() + START_MS;
  for (;;) {
    const isOver = hasEnded && claimant(state) === undefined;
    const isLast = isOver || performance.now() > until;
    const meter = liveMeter(state);
    if (meter !== undefined || isLast) return meter;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** It belongs to no pass, so nothing ends it with one. */
function withoutMarks(env: Env): Env {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !MARKS.includes(name)));
}
