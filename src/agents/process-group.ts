/** Runs one program in its own process group: output, silence, deadline, and leftover processes. */
import { setImmediate as immediate } from 'node:timers/promises';
import { cutWithoutSecrets } from '../governance/guard/secrets.js';
import { statSync } from '../kernel/files.js';
import { defined } from '../kernel/defined.js';
import { endProcesses, signalGroup } from './orphan-processes.js';
import { type HeartbeatFile, watchHeartbeatFile, watchdog } from './watchdog.js';
import { folderState } from './folder-state.js';
import { outputNews } from './output-news.js';
import { collectOutput, type Output } from './process-output.js';
import type {
  ProcessEnd,
  ProcessEnding,
  ProcessLimits,
  ProcessRequest,
} from './process-request.js';
import { type Wrapped, readSandboxStatus } from './sandbox.js';

export type { ProcessEnd, ProcessLimits };

/** How long output may still arrive after everything is dead. */
const DRAIN_MS = 1000;

type Started = {
  readonly request: ProcessRequest;
  readonly child: ReturnType<typeof spawn>;
  readonly pid: number;
  readonly output: Output;
  readonly file: HeartbeatFile;
  readonly end: MakeEnd;
};
type MakeEnd = (ending: ProcessEnding, detail: string, more?: Partial<ProcessEnd>) => ProcessEnd;

/**
 * Runs a program to its end and leaves no process behind. Does not throw for the program's errors.
 */
export async function runProcess(request: ProcessRequest): Promise<ProcessEnd> {
  const startedAt = performance.now();
  const output = collectOutput(request.limits);
  const end: MakeEnd = (ending, detail, more = {}) => ({
    ending,
    detail,
    exitCode: undefined,
    signal: undefined,
    orphansKilled: 0,
    left: [],
    ...output.kept(),
    durationMs: Math.round(performance.now() - startedAt),
    ...more,
  });
  const { execa } = await import('execa');
  if (request.signal.aborted)
    return end('cancelled', 'The run was cancelled before its program was started.');
  const missing = directoryProblem(request.cwd);
  if (missing !== undefined) return end('not-started', missing);
  const command = wrapped(request);
  if (command.kind === 'failed') return end('not-started', command.why);
  const file = withSigns(watchHeartbeatFile(request.heartbeatFile), request.signOfLife);
  const child = spawn(execa, { ...request, program: command.program, args: command.args });
  const { pid } = child;
  if (pid === undefined) return end('not-started', startProblem(request.program, await child));
  return untilEnd({ request, child, pid, output, file, end });
}

async function untilEnd(started: Started): Promise<ProcessEnd> {
  const { request, child, pid, output, end } = started;
  const { limits, signal, mark } = request;
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const drained = Promise.all([closed(child.stdout), closed(child.stderr)]);
  const killGroup = () => signalGroup(pid, 'SIGKILL');
  process.once('exit', killGroup);
  request.onStart?.(pid);
  const sandbox = request.sandbox === undefined ? undefined : readSandboxStatus(child.stdio[3]);
  const verdict = firstVerdict();
  const dog = listen(started, verdict);
  const cancel = (): void =>
    verdict.give({ ending: 'cancelled', detail: 'The run was cancelled.' });
  signal.addEventListener('abort', cancel, { once: true });
  try {
    await Promise.race([exited, verdict.reached]);
    dog.stop();
    const run = { mark, group: pid, ...defined({ sandbox: sandbox?.first() }) };
    const graceMs = verdict.given === undefined ? undefined : (limits.graceMs ?? 5000);
    const orphans = await endProcesses(run, graceMs);
    await Promise.race([Promise.all([exited, drained, sandbox?.closed]), pause(DRAIN_MS)]);
    // A busy process may see the timer before what has been written: read once more.
    await immediate();
    child.stdout.destroy();
    child.stderr.destroy();
    child.unref();
    const more = {
      exitCode: child.exitCode ?? undefined,
      signal: child.signalCode ?? undefined,
      orphansKilled: orphans.killed,
      left: orphans.left,
    };
    if (verdict.given !== undefined) {
      const { ending, detail, circled } = verdict.given;
      return end(ending, detail, { ...more, ...defined({ circled }) });
    }
    if (sandbox?.programEnded() !== false)
      return end('exited', exitSentence(request.program, more), more);
    const why = lastLine(output.kept().stderrTail) || exitSentence('bwrap', more);
    const problem = `The sandbox of \`${request.program}\` could not be made: ${why}`;
    return end('not-started', problem, more);
  } finally {
    dog.stop();
    signal.removeEventListener('abort', cancel);
    process.removeListener('exit', killGroup);
  }
}

function listen({ request, child, output, file }: Started, verdict: Verdict): Watchdog {
  const { limits, workFolder } = request;
  const news = outputNews(performance.now());
  const dog = watchdog({
    output: news,
    repeatMs: limits.repeatMs ?? Number.POSITIVE_INFINITY,
    differences: () => (workFolder === undefined ? '' : folderState(workFolder)),
    totalMs: limits.totalMs,
    idleMs: limits.idleMs,
    lookEveryMs: limits.lookEveryMs ?? 5000,
    file,
    onBeat: () => request.onBeat?.(),
    onDead: verdict.give,
    ...defined({ calls: request.calls }),
  });
  const take =
    (stream: 'stdout' | 'stderr') =>
    (chunk: Uint8Array): void => {
      if (verdict.given?.ending === 'output-flood') return;
      dog.beat();
      news.take(stream, chunk, performance.now());
      const excess = output.take(stream, chunk);
      request.onOutput?.(output.seen, output.latest);
      if (stream === 'stdout') request.onStdout?.(chunk);
      if (excess !== undefined) verdict.give({ ending: 'output-flood', detail: excess });
    };
  child.stdout.on('data', take('stdout'));
  child.stderr.on('data', take('stderr'));
  return dog;
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
  return sandbox.profile.wrap({
    program,
    args,
    cwd,
    path: env['PATH'],
    ...defined({ scratch: sandbox.scratch, forwarding: sandbox.forwarding }),
  });
}

type Verdict = ReturnType<typeof firstVerdict>;
type Watchdog = ReturnType<typeof watchdog>;

type Given = Pick<ProcessEnd, 'ending' | 'detail' | 'circled'>;

/** Only the first reason counts. */
function firstVerdict() {
  let first: Given | undefined;
  let reach = (): void => undefined;
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  return {
    reached,
    give(given: Given): void {
      first ??= given;
      reach();
    },
    get given() {
      return first;
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

function closed(stream: { once(event: 'close', then: () => void): unknown }): Promise<void> {
  return new Promise((resolve) => stream.once('close', () => resolve()));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}

export function directoryProblem(cwd: string): string | undefined {
  return statSync(cwd, { throwIfNoEntry: false })?.isDirectory()
    ? undefined
    : `The directory \`${cwd}\` in which the program was to run does not exist.`;
}

export function startProblem(
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

export function exitSentence(
  program: string,
  end: { readonly exitCode: number | undefined; readonly signal: string | undefined },
): string {
  return end.signal === undefined
    ? `\`${program}\` exited with code ${end.exitCode ?? 'unknown'}.`
    : `\`${program}\` was ended by ${end.signal}.`;
}

function lastLine(text: string): string {
  return cutWithoutSecrets(text.trimEnd().split('\n').at(-1)?.trim() ?? '', 300);
}
