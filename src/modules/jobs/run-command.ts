/**
 * Runs the command of a job as cron would: its output goes on as it comes, its signals and its exit
 * code are kept, and it may leave processes behind.
 */
import { constants } from 'node:os';
import { startProblem } from '../../agents/process-group.js';
import { signalGroup } from '../../agents/orphan-processes.js';
import { outputTail } from '../../agents/output-tail.js';
import type { RunEnd } from './judge-run.js';
import { watchOutput } from './watch-output.js';

export type JobCommand = {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly timeLimitMs: number | undefined;
  /** Patterns that the output must not contain. */
  readonly forbids: readonly string[];
  /** Where its standard output goes; its errors go to ours. */
  readonly out: NodeJS.WritableStream;
  readonly err: NodeJS.WritableStream;
};
export type CommandEnd = {
  readonly end: RunEnd;
  readonly output: string;
  readonly forbidden: readonly string[];
  /** As a shell would exit: its code, or 128 and the signal. */
  readonly exit: number;
};

const TAIL_BYTES = 16 * 1024;
const GRACE_MS = 5000;
/** How long output may still arrive: a process that it left may keep the pipe open for ever. */
const DRAIN_MS = 500;
const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const;
/** As `timeout`, and as shells for what cannot be started. */
const EXIT_TIMED_OUT = 124;
const EXIT_NOT_STARTED = 127;

export async function runJobCommand(command: JobCommand): Promise<CommandEnd> {
  // Every command loads this module, and loading execa is a tenth of the time of a short one.
  const { execa } = await import('execa');
  const [program = '', ...args] = command.argv;
  const tail = outputTail(TAIL_BYTES);
  const watch = watchOutput(command.forbids);
  const child = execa(program, args, {
    cwd: command.cwd,
    env: { ...command.env },
    extendEnv: false,
    detached: true,
    cleanup: false,
    reject: false,
    buffer: false,
    stdio: ['inherit', 'pipe', 'pipe'],
  });
  const { pid } = child;
  if (pid === undefined) {
    const why = startProblem(program, await child);
    return { end: { kind: 'not-started', why }, output: '', forbidden: [], exit: EXIT_NOT_STARTED };
  }
  const take = (to: NodeJS.WritableStream) => (chunk: Buffer) => {
    to.write(chunk);
    tail.push(chunk);
    watch.push(chunk);
  };
  child.stdout.on('data', take(command.out));
  child.stderr.on('data', take(command.err));
  const stops = passSignalsOn(pid);
  const limit = limitTime(pid, command.timeLimitMs);
  try {
    await new Promise<void>((resolve) => child.once('exit', () => resolve()));
    await drained([child.stdout, child.stderr]);
  } finally {
    limit.clear();
    for (const stop of stops) stop();
  }
  child.unref();
  const output = tail.text();
  const forbidden = watch.end();
  const { timedOutAfter } = limit;
  if (timedOutAfter !== undefined)
    return {
      end: { kind: 'timed-out', afterMs: timedOutAfter },
      output,
      forbidden,
      exit: EXIT_TIMED_OUT,
    };
  const { signalCode, exitCode } = child;
  if (signalCode === null || signalCode === undefined)
    return { end: { kind: 'exited', code: exitCode ?? 0 }, output, forbidden, exit: exitCode ?? 0 };
  const exit = 128 + (constants.signals[signalCode] ?? 0);
  return { end: { kind: 'signalled', signal: signalCode }, output, forbidden, exit };
}

/** To the command's whole group, so that a shell's children get them as from a terminal. */
function passSignalsOn(pid: number): readonly (() => void)[] {
  return PASSED_ON.map((signal) => {
    const pass = (): void => void signalGroup(pid, signal);
    process.on(signal, pass);
    return () => void process.off(signal, pass);
  });
}

function limitTime(pid: number, limitMs: number | undefined) {
  let after: number | undefined;
  let hard: NodeJS.Timeout | undefined;
  const soft =
    limitMs === undefined
      ? undefined
      : setTimeout(() => {
          after = limitMs;
          signalGroup(pid, 'SIGTERM');
          hard = setTimeout(() => signalGroup(pid, 'SIGKILL'), GRACE_MS);
        }, limitMs);
  return {
    get timedOutAfter() {
      return after;
    },
    clear(): void {
      clearTimeout(soft);
      clearTimeout(hard);
    },
  };
}

async function drained(
  streams: readonly { once(event: 'close', then: () => void): unknown; destroy(): unknown }[],
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, DRAIN_MS);
  });
  const closed = streams.map(
    (stream) => new Promise<void>((resolve) => stream.once('close', () => resolve())),
  );
  await Promise.race([Promise.all(closed), late]);
  clearTimeout(timer);
  for (const stream of streams) stream.destroy();
}
