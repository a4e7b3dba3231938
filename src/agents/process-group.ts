/** One program in its own process group, under watch: its output, its silence, its deadline, and what it leaves behind. */
import { statSync } from 'node:fs';
import { floodGate } from './flood-gate.js';
import { watchHeartbeatFile } from './heartbeat-file.js';
import { liveness, timeLeft, type Liveness, type Signs } from './liveness.js';
import { outputTail } from './output-tail.js';
import { findDescendants, killProcesses, signalGroup, waitUntilGone, type RunMark } from './survivors.js';

export type ProcessLimits = {
  /** The whole run. */
  readonly totalMs: number;
  /** Longest time without output or a touch of the heartbeat file. */
  readonly idleMs: number;
  /** Between SIGTERM and SIGKILL. Default 5 s. */
  readonly graceMs?: number;
  /** stdout and stderr together. Default 32 MiB. */
  readonly maxBytes?: number;
  /** In any one second. Default 16 MiB. */
  readonly maxBytesPerSecond?: number;
  /** How often the heartbeat file is looked at. Default 5 s. */
  readonly lookEveryMs?: number;
};

export type ProcessRequest = {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment; it has to hold the mark (`NOCTURNE_RUN`, `NOCTURNE_WORKSPACE`). */
  readonly env: Readonly<Record<string, string>>;
  readonly mark: RunMark;
  readonly stdin: string;
  readonly heartbeatFile?: string;
  readonly limits: ProcessLimits;
  readonly signal: AbortSignal;
  readonly onStart?: (pid: number) => void;
  /** Bytes so far, and what was printed last. */
  readonly onOutput?: (bytes: number, tail: () => string) => void;
  readonly onBeat?: () => void;
};

/** `not-started`: no such program, not executable, no such directory. */
export type ProcessEnding = 'exited' | 'not-started' | 'timed-out' | 'stuck' | 'output-flood' | 'cancelled';
export type ProcessEnd = {
  readonly ending: ProcessEnding;
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  /** One sentence: what happened. */
  readonly detail: string;
  /** The last MiB of stdout, printable. */
  readonly stdout: string;
  /** The last 8 KiB of stdout and stderr as they came, and of stderr alone. */
  readonly tail: string;
  readonly stderrTail: string;
  readonly bytes: number;
  readonly durationMs: number;
  /** Processes that had left the group, or outlived the program, and were killed. */
  readonly survivorsKilled: number;
  /** Ids of processes of the run that could not be ended. */
  readonly left: readonly number[];
};

const MIB = 1024 * 1024;
const TAIL_BYTES = 8 * 1024;
/** After the program has ended by itself, how long its own helpers may take to follow it (a `tee` that still writes). */
const FLUSH_MS = 250;
/** After everything is dead, how long output may still be on its way. */
const DRAIN_MS = 1000;

/** Runs a program to its end, whichever that is, and leaves no process of it behind. Never throws for what the program does or is. */
export async function runProcess(request: ProcessRequest): Promise<ProcessEnd> {
  const { limits, signal } = request;
  const startedAt = performance.now();
  const elapsed = () => Math.round(performance.now() - startedAt);
  const stdout = outputTail(MIB);
  const stderr = outputTail(TAIL_BYTES);
  const both = outputTail(TAIL_BYTES);
  const end = (ending: ProcessEnding, detail: string, more: Partial<ProcessEnd> = {}): ProcessEnd => ({
    ending, detail, exitCode: undefined, signal: undefined, survivorsKilled: 0, left: [], ...more,
    stdout: stdout.text(), tail: both.text(), stderrTail: stderr.text(), bytes: both.seen, durationMs: elapsed(),
  });

  if (signal.aborted) return end('cancelled', 'The run was cancelled before its program was started.');
  const missing = directoryProblem(request.cwd);
  if (missing !== undefined) return end('not-started', missing);

  const { execa } = await import('execa');
  const child = execa(request.program, [...request.args], {
    cwd: request.cwd, env: { ...request.env }, extendEnv: false, shell: false, detached: true, cleanup: false,
    reject: false, buffer: false, encoding: 'buffer', input: request.stdin,
  });
  const { pid } = child;
  if (pid === undefined) return end('not-started', startProblem(request.program, await child));
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const drained = Promise.all([closed(child.stdout), closed(child.stderr)]);
  const killOnExit = () => signalGroup(pid, 'SIGKILL');
  process.once('exit', killOnExit);
  request.onStart?.(pid);

  const stop = new AbortController();
  let verdict: { readonly ending: ProcessEnding; readonly detail: string } | undefined;
  const condemn = (ending: ProcessEnding, detail: string): void => {
    verdict ??= { ending, detail };
    stop.abort();
  };

  let lastBeatAt: number | undefined;
  const gate = floodGate({ maxBytes: limits.maxBytes ?? 32 * MIB, maxBytesPerSecond: limits.maxBytesPerSecond ?? 16 * MIB });
  const take = (own: typeof stdout) => (chunk: Uint8Array) => {
    if (verdict?.ending === 'output-flood') return;
    lastBeatAt = performance.now();
    own.push(chunk);
    both.push(chunk);
    request.onOutput?.(both.seen, () => both.text(1024));
    const flood = gate(chunk.length, lastBeatAt);
    if (flood !== undefined) condemn('output-flood', flood);
  };
  child.stdout.on('data', take(stdout));
  child.stderr.on('data', take(stderr));

  const file = watchHeartbeatFile(request.heartbeatFile);
  const signs = (): Signs => {
    const now = performance.now();
    if (file.look(now)) {
      lastBeatAt = now;
      request.onBeat?.();
    }
    return { now, startedAt, lastBeatAt, budgetMs: limits.totalMs, idleMs: limits.idleMs, ...(file.claim === undefined ? {} : { claim: file.claim }) };
  };
  const lookEveryMs = limits.lookEveryMs ?? 5000;
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    const seen = signs();
    const state = liveness(seen);
    if (state === 'ok') timer = setTimeout(look, Math.max(1, Math.min(lookEveryMs, timeLeft(seen))));
    else condemn(state.kill === 'ceiling' ? 'timed-out' : 'stuck', lifeSentence(state, file.claim?.tool));
  };
  look();
  const cancel = (): void => condemn('cancelled', 'The run was cancelled.');
  signal.addEventListener('abort', cancel, { once: true });

  try {
    await Promise.race([exited, aborted(stop.signal)]);
    clearTimeout(timer);
    const run = { mark: request.mark, group: pid };
    const alsoKill = findDescendants(pid);
    if (verdict !== undefined) signalGroup(pid, 'SIGTERM');
    await waitUntilGone(run, verdict === undefined ? FLUSH_MS : (limits.graceMs ?? 5000));
    const survivors = await killProcesses(run, { alsoKill });
    await Promise.race([Promise.all([exited, drained]), pause(DRAIN_MS)]);
    child.stdout.destroy();
    child.stderr.destroy();
    child.unref();
    const more = { exitCode: child.exitCode ?? undefined, signal: child.signalCode ?? undefined, survivorsKilled: survivors.killed, left: survivors.left };
    return verdict === undefined ? end('exited', exitSentence(request.program, more), more) : end(verdict.ending, verdict.detail, more);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', cancel);
    process.removeListener('exit', killOnExit);
  }
}

function directoryProblem(cwd: string): string | undefined {
  return statSync(cwd, { throwIfNoEntry: false })?.isDirectory() ? undefined : `The directory \`${cwd}\` in which the program was to run does not exist.`;
}

function startProblem(program: string, result: { readonly code?: string | undefined; readonly originalMessage?: string | undefined }): string {
  if (result.code === 'ENOENT') return `The program \`${program}\` was not found: no such file, and no such name in PATH.`;
  if (result.code === 'EACCES') return `The program \`${program}\` could not be started: it is not an executable file.`;
  if (result.code === 'E2BIG') return `The program \`${program}\` could not be started: its arguments or environment are too long.`;
  return `The program \`${program}\` could not be started: ${result.originalMessage ?? 'no reason was given'}.`;
}

function exitSentence(program: string, end: { readonly exitCode: number | undefined; readonly signal: string | undefined }): string {
  return end.signal === undefined ? `\`${program}\` exited with code ${end.exitCode ?? 'unknown'}.` : `\`${program}\` was ended by ${end.signal}.`;
}

function lifeSentence(state: Exclude<Liveness, 'ok'>, tool: string | undefined): string {
  const limit = seconds(state.limitMs);
  if (state.kill === 'ceiling') return `The program was still running after ${limit}, which is all it was given.`;
  if (state.kill === 'claim') return `Nothing was heard for ${limit} since the program began \`${tool ?? 'a tool'}\`.`;
  return `The program neither printed anything nor touched its heartbeat file for ${limit}.`;
}

function seconds(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 100) / 10} s`;
}

function closed(stream: { once(event: 'close', then: () => void): unknown }): Promise<void> {
  return new Promise((resolve) => stream.once('close', () => resolve()));
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
