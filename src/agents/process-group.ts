/**
 * One program in its own process group, under watch: its output, its silence, its deadline, and
 * what it leaves behind.
 */
import { statSync } from 'node:fs';
import { defined } from '../kernel/defined.js';
import { floodGate } from './flood-gate.js';
import { type HeartbeatFile, watchHeartbeatFile } from './heartbeat-file.js';
import { outputTail } from './output-tail.js';
import type { LiveProcess } from './process-table.js';
import type { Sandbox, Wrapped } from './sandbox.js';
import { readSandboxStatus } from './sandbox-status.js';
import {
  findDescendants,
  killProcesses,
  signalGroup,
  waitUntilGone,
  type RunMark,
  type RunProcesses,
} from './survivors.js';
import { watchdog } from './watchdog.js';

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
  /**
   * Something that changes while the program works, as text; looked at as often as the heartbeat
   * file.
   */
  readonly signOfLife?: () => string;
  /** Every chunk of stdout, as it comes. */
  readonly onStdout?: (chunk: Uint8Array) => void;
  /** The program is put into it; `scratch` is the folder of the run, which it may write to. */
  readonly sandbox?: { readonly of: Sandbox; readonly scratch?: string };
};

/**
 * `not-started`: no such program, not executable, no such directory, or its sandbox could not be
 * made.
 */
export type ProcessEnding =
  | 'exited'
  | 'not-started'
  | 'timed-out'
  | 'stuck'
  | 'output-flood'
  | 'cancelled';
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
/**
 * After the program has ended by itself, how long its own helpers may take to follow it (a `tee`
 * that still writes).
 */
const FLUSH_MS = 250;
/** After everything is dead, how long output may still be on its way. */
const DRAIN_MS = 1000;

/**
 * Runs a program to its end, whichever that is, and leaves no process of it behind. Never throws
 * for what the program does or is.
 */
export async function runProcess(request: ProcessRequest): Promise<ProcessEnd> {
  const { limits, signal } = request;
  const startedAt = performance.now();
  const output = collectOutput(limits);
  const end = (
    ending: ProcessEnding,
    detail: string,
    more: Partial<ProcessEnd> = {},
  ): ProcessEnd => ({
    ending,
    detail,
    exitCode: undefined,
    signal: undefined,
    survivorsKilled: 0,
    left: [],
    ...output.kept(),
    durationMs: Math.round(performance.now() - startedAt),
    ...more,
  });

  const { execa } = await import('execa');
  if (signal.aborted)
    return end('cancelled', 'The run was cancelled before its program was started.');
  const missing = directoryProblem(request.cwd);
  if (missing !== undefined) return end('not-started', missing);
  const command = wrapped(request);
  if (command.kind === 'failed') return end('not-started', command.why);
  const file = withSigns(watchHeartbeatFile(request.heartbeatFile), request.signOfLife);
  const child = spawn(execa, { ...request, program: command.program, args: command.args });
  const { pid } = child;
  if (pid === undefined) return end('not-started', startProblem(request.program, await child));

  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const drained = Promise.all([closed(child.stdout), closed(child.stderr)]);
  const killGroup = () => signalGroup(pid, 'SIGKILL');
  process.once('exit', killGroup);
  request.onStart?.(pid);
  const sandbox = request.sandbox === undefined ? undefined : readSandboxStatus(child.stdio[3]);

  const verdict = firstVerdict();
  const dog = watchdog({
    totalMs: limits.totalMs,
    idleMs: limits.idleMs,
    lookEveryMs: limits.lookEveryMs ?? 5000,
    file,
    onBeat: () => request.onBeat?.(),
    onDead: verdict.give,
  });
  const take =
    (stream: 'stdout' | 'stderr') =>
    (chunk: Uint8Array): void => {
      if (verdict.given?.ending === 'output-flood') return;
      dog.beat();
      const flood = output.take(stream, chunk);
      request.onOutput?.(output.seen, output.latest);
      if (stream === 'stdout') request.onStdout?.(chunk);
      if (flood !== undefined) verdict.give('output-flood', flood);
    };
  child.stdout.on('data', take('stdout'));
  child.stderr.on('data', take('stderr'));
  const cancel = (): void => verdict.give('cancelled', 'The run was cancelled.');
  signal.addEventListener('abort', cancel, { once: true });

  try {
    await Promise.race([exited, verdict.reached]);
    dog.stop();
    const first = sandbox?.first();
    const run = {
      mark: request.mark,
      group: pid,
      ...defined({ sandbox: first }),
    };
    const survivors = await endProcesses(
      run,
      verdict.given === undefined ? undefined : (limits.graceMs ?? 5000),
    );
    await Promise.race([Promise.all([exited, drained, sandbox?.closed]), pause(DRAIN_MS)]);
    child.stdout.destroy();
    child.stderr.destroy();
    child.unref();
    const more = {
      exitCode: child.exitCode ?? undefined,
      signal: child.signalCode ?? undefined,
      survivorsKilled: survivors.killed,
      left: survivors.left,
    };
    if (verdict.given === undefined && sandbox?.programEnded() === false)
      return end(
        'not-started',
        `The sandbox of \`${request.program}\` could not be made: ${lastLine(output.kept().stderrTail) || exitSentence('bwrap', more)}`,
        more,
      );
    return verdict.given === undefined
      ? end('exited', exitSentence(request.program, more), more)
      : end(verdict.given.ending, verdict.given.detail, more);
  } finally {
    dog.stop();
    signal.removeEventListener('abort', cancel);
    process.removeListener('exit', killGroup);
  }
}

/** Not async: a child process of execa is itself a promise of its end. */
function spawn(
  execa: typeof import('execa').execa,
  { program, args, cwd, env, stdin, sandbox }: ProcessRequest,
) {
  const status = sandbox === undefined ? [] : ['pipe' as const];
  return execa(program, [...args], {
    cwd,
    env: { ...env },
    extendEnv: false,
    shell: false,
    detached: true,
    cleanup: false,
    reject: false,
    buffer: false,
    encoding: 'buffer',
    input: stdin,
    stdio: ['pipe', 'pipe', 'pipe', ...status],
  });
}

function wrapped({ program, args, cwd, env, sandbox }: ProcessRequest): Wrapped {
  if (sandbox === undefined) return { kind: 'wrapped', program, args };
  return sandbox.of.wrap({
    program,
    args,
    cwd,
    path: env['PATH'],
    ...defined({ scratch: sandbox.scratch }),
  });
}

/**
 * Ends what is left of a run. With a grace: SIGTERM to the group first, and time to tidy up;
 * without: the program ended by itself, and its
 * helpers get a moment to follow it. Then SIGKILL for all. In a sandbox the program has a group of
 * its own: what leads the run's group only
 * waits for it, and takes everything inside down with it.
 */
async function endProcesses(
  run: RunProcesses & { readonly group: number },
  graceMs: number | undefined,
): ReturnType<typeof killProcesses> {
  const alsoKill = findDescendants(run.group);
  if (graceMs !== undefined)
    for (const group of groupsToTell(run, alsoKill)) signalGroup(group, 'SIGTERM');
  await waitUntilGone(run, graceMs ?? FLUSH_MS);
  if (run.sandbox !== undefined) {
    signalGroup(run.group, 'SIGKILL');
    await waitUntilGone(run, FLUSH_MS);
  }
  return killProcesses(run, { alsoKill });
}

function groupsToTell(
  run: RunProcesses & { readonly group: number },
  descendants: readonly LiveProcess[],
): ReadonlySet<number> {
  return run.sandbox === undefined
    ? new Set([run.group])
    : new Set(descendants.map(({ group }) => group).filter((group) => group !== run.group));
}

type Output = {
  /** @returns a sentence once it is too much. */
  take(stream: 'stdout' | 'stderr', chunk: Uint8Array): string | undefined;
  kept(): Pick<ProcessEnd, 'stdout' | 'tail' | 'stderrTail' | 'bytes'>;
  latest(): string;
  readonly seen: number;
};

function collectOutput({
  maxBytes = 32 * MIB,
  maxBytesPerSecond = 16 * MIB,
}: ProcessLimits): Output {
  const stdout = outputTail(MIB);
  const stderr = outputTail(TAIL_BYTES);
  const both = outputTail(TAIL_BYTES);
  const gate = floodGate({ maxBytes, maxBytesPerSecond });
  return {
    take(stream, chunk) {
      (stream === 'stdout' ? stdout : stderr).push(chunk);
      both.push(chunk);
      return gate(chunk.length, performance.now());
    },
    kept: () => ({
      stdout: stdout.text(),
      tail: both.text(),
      stderrTail: stderr.text(),
      bytes: both.seen,
    }),
    latest: () => both.text(1024),
    get seen() {
      return both.seen;
    },
  };
}

/** Why a process has to end: whatever came first. */
function firstVerdict() {
  let given: { readonly ending: ProcessEnding; readonly detail: string } | undefined;
  let reach = (): void => undefined;
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  return {
    reached,
    give(ending: ProcessEnding, detail: string): void {
      given ??= { ending, detail };
      reach();
    },
    get given() {
      return given;
    },
  };
}

function withSigns(file: HeartbeatFile, sign: (() => string) | undefined): HeartbeatFile {
  if (sign === undefined) return file;
  let last = sign();
  return {
    look(now) {
      const seen = sign();
      const changed = seen !== last;
      last = seen;
      return file.look(now) || changed;
    },
    get claim() {
      return file.claim;
    },
  };
}

function directoryProblem(cwd: string): string | undefined {
  return statSync(cwd, { throwIfNoEntry: false })?.isDirectory()
    ? undefined
    : `The directory \`${cwd}\` in which the program was to run does not exist.`;
}

function startProblem(
  program: string,
  result: { readonly code?: string | undefined; readonly originalMessage?: string | undefined },
): string {
  if (result.code === 'ENOENT')
    return `The program \`${program}\` was not found: no such file, and no such name in PATH.`;
  if (result.code === 'EACCES')
    return `The program \`${program}\` could not be started: it is not an executable file.`;
  if (result.code === 'E2BIG')
    return `The program \`${program}\` could not be started: its arguments or environment are too long.`;
  return `The program \`${program}\` could not be started: ${result.originalMessage ?? 'no reason was given'}.`;
}

function exitSentence(
  program: string,
  end: { readonly exitCode: number | undefined; readonly signal: string | undefined },
): string {
  return end.signal === undefined
    ? `\`${program}\` exited with code ${end.exitCode ?? 'unknown'}.`
    : `\`${program}\` was ended by ${end.signal}.`;
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1)?.trim().slice(0, 300) ?? '';
}

function closed(stream: { once(event: 'close', then: () => void): unknown }): Promise<void> {
  return new Promise((resolve) => stream.once('close', () => resolve()));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
