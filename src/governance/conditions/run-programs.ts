/**
 * Runs one program, or several that are connected by pipes, without a shell and for a limited time.
 * The pipes are the kernel's, so a reader that ends early ends its writer.
 */
import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { closeSync, existsSync } from '../../kernel/files.js';
import type { Readable } from 'node:stream';
import type {
  CommandRunner,
  Program,
  ProgramsResult,
  ProgramsRunner,
  RunLimits,
  Sink,
} from './command-runner.js';
import { messageOf } from '../../kernel/error.js';
import { lastLine } from './last-line.js';
import { makePipes, type Pipe } from './pipe.js';

const CAPTURED = 64 * 1024;
const PASSED_ON = ['PATH', 'HOME', 'LANG', 'TZ', 'SystemRoot', 'TMPDIR'] as const;
const GRACE_MS = 1000;
const STOPPED = 'the pass was stopped';

export const runCommand: CommandRunner = async ({ argv, ...limits }) => {
  const program: Program = { argv, out: 'output', err: 'errors' };
  const result = await runPrograms([program], limits);
  if (result.kind === 'failed') return result;
  const { exits, ...printed } = result;
  return { ...printed, exit: exits.get(program) ?? null };
};

/**
 * Each program runs in a process group of its own; nothing of it is left when this resolves. No
 * secret of the environment is passed on.
 */
export const runPrograms: ProgramsRunner = async (programs, limits) => {
  if (limits.signal?.aborted === true) return { kind: 'failed', why: STOPPED, notStarted: false };
  const run: Run = {
    limits,
    pipes: new Map(),
    captured: { output: '', errors: '' },
    children: new Map(),
    ends: [],
  };
  const onAbort = (): void => stop(run, STOPPED);
  const timer = setTimeout(
    () => stop(run, `${nameOf(programs[0])} did not end within ${limits.timeoutMs / 1000} s`),
    limits.timeoutMs,
  );
  limits.signal?.addEventListener('abort', onAbort, { once: true });
  try {
    startAll(run, programs);
    return resultOf(run, await Promise.all(run.ends));
  } finally {
    clearTimeout(timer);
    clearTimeout(run.hard);
    limits.signal?.removeEventListener('abort', onAbort);
  }
};

type End = { readonly program: Program; readonly exit: number | null; readonly failed?: string };
type Run = {
  readonly limits: RunLimits;
  /** To programs that others send something to. */
  readonly pipes: Map<Program, Pipe>;
  readonly captured: { output: string; errors: string };
  readonly children: Map<Program, ChildProcess>;
  readonly ends: Promise<End>[];
  stopped?: string;
  notStarted?: boolean;
  hard?: NodeJS.Timeout;
};

function resultOf({ stopped, notStarted, captured }: Run, ends: readonly End[]): ProgramsResult {
  const failed = stopped ?? ends.find((end) => end.failed !== undefined)?.failed;
  if (failed !== undefined)
    return {
      kind: 'failed',
      why: failed,
      notStarted: stopped === undefined || notStarted === true,
    };
  const exits = new Map(ends.map(({ program, exit }) => [program, exit]));
  return { kind: 'ended', exits, stdout: captured.output, stderr: captured.errors };
}

function startAll(run: Run, programs: readonly Program[]): void {
  const { pipes, children } = run;
  try {
    const sinks = new Set(programs.flatMap(({ out, err }) => [out, err]));
    const readers = [...sinks].filter((sink) => typeof sink === 'object');
    for (const [index, pipe] of makePipes(readers.length).entries()) {
      const reader = readers[index];
      if (reader !== undefined) pipes.set(reader, pipe);
    }
    for (const program of programs) start(run, program);
  } catch (error) {
    fail(run, `the programs could not be started: ${messageOf(error)}`);
  } finally {
    for (const { from, to } of pipes.values()) [from, to].forEach(closeSync);
  }
  for (const [{ input }, { stdin }] of children)
    stdin?.on('error', () => undefined).end(input ?? '');
}

function start(run: Run, program: Program): void {
  const { cwd, wrap } = run.limits;
  const named = nameOf(program);
  const made = wrap?.(program.argv, cwd) ?? { kind: 'wrapped', argv: program.argv };
  if (made.kind === 'failed') {
    fail(run, `${named} could not be run: ${made.why}`);
    return;
  }
  const [file = '', ...args] = made.argv;
  const child = spawn(file, args, {
    // A sandbox changes to the folder itself, which may be one that exists only there.
    cwd: wrap === undefined ? cwd : '/',
    env: { ...inherited(), ...program.env },
    stdio: stdioOf(run, program),
    detached: process.platform !== 'win32',
    shell: false,
  });
  run.children.set(program, child);
  let status = '';
  let printed = '';
  child.stdio[3]?.on('data', (chunk: Buffer) => {
    status = (status + chunk.toString('utf8')).slice(0, CAPTURED);
  });
  capture(run, child.stdout, program.out);
  capture(run, child.stderr, program.err);
  child.stderr?.on('data', (text: string) => {
    printed = (printed + text).slice(-CAPTURED);
  });
  run.ends.push(
    new Promise((resolve) => {
      child.once('error', (cause) => {
        fail(run, `${named} could not be run: ${whyNot(cause, cwd)}`);
        resolve({ program, exit: null });
      });
      // A grandchild must not keep us waiting by its pipes, and must not go on working.
      child.once('exit', () => kill(child.pid, 'SIGKILL'));
      child.once('close', (exit) =>
        resolve(
          wrap === undefined || status.includes('"exit-code"')
            ? { program, exit }
            : {
                program,
                exit,
                failed: `${named} could not be run in its sandbox: ${lastLine(printed) || 'no reason was given'}`,
              },
        ),
      );
    }),
  );
}

/** The system says the same of a missing program and of a missing folder to run it in. */
function whyNot(cause: NodeJS.ErrnoException, cwd: string): string {
  if (cause.code !== 'ENOENT') return cause.message;
  return existsSync(cwd) ? 'there is no such program' : `there is no folder ${cwd}`;
}

function stdioOf({ pipes, limits }: Run, program: Program): StdioOptions {
  const stream = (sink: Sink): 'pipe' | 'ignore' | number => {
    if (typeof sink === 'object') return pipes.get(sink)?.to ?? 'ignore';
    return 'pipe';
  };
  return [
    program.input === undefined ? (pipes.get(program)?.from ?? 'ignore') : 'pipe',
    stream(program.out),
    stream(program.err),
    limits.wrap === undefined ? 'ignore' : 'pipe',
  ];
}

function capture(run: Run, stream: Readable | null, sink: Sink): void {
  if (typeof sink === 'object') return;
  stream?.setEncoding('utf8').on('data', (text: string) => {
    run.captured[sink] = (run.captured[sink] + text).slice(-CAPTURED);
  });
}

function stop(run: Run, why: string): void {
  if (run.stopped !== undefined) return;
  run.stopped = why;
  const signalAll = (signal: NodeJS.Signals): void => {
    for (const child of run.children.values()) kill(child.pid, signal);
  };
  signalAll('SIGTERM');
  run.hard = setTimeout(() => signalAll('SIGKILL'), GRACE_MS);
}

function fail(run: Run, why: string): void {
  if (run.stopped === undefined) run.notStarted = true;
  stop(run, why);
}

function inherited(): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(PASSED_ON.map((name) => [name, process.env[name]]));
}

function nameOf(program: Program | undefined): string {
  return program?.argv[0] ?? '';
}

function kill(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch {
    // The group has ended already.
  }
}
