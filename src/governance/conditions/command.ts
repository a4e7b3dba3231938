/** The `command` condition: runs the owner's check program without a shell, for a limited time. */
import { spawn } from 'node:child_process';
import { join, posix } from 'node:path';
import { programsOf } from '../../project/condition-programs.js';
import { projectDirectory } from '../../project/project-directory.js';
import { countMatches } from './regex.js';
import { undecided, writableByThePass, type ConditionContext, type Outcome } from './context.js';
import type { ConditionOf } from '../../project/condition-types.js';

export async function command(
  condition: ConditionOf<'command'>,
  context: ConditionContext,
): Promise<Outcome> {
  const { argv, exit, timeoutMs, stdout } = condition;
  const expected = `exit ${exit.join(' or ')}${stdout === undefined ? '' : ` and output like /${stdout.source}/`}`;
  const directory = projectDirectory(context.snapshot, context.project);
  const refused = ownWork(argv, directory, context);
  if (refused !== undefined) return undecided(expected, refused);
  const result = await context.command({
    argv,
    cwd: join(context.snapshot.root, directory),
    timeoutMs,
    signal: context.signal,
  });
  if (result.kind === 'failed') return undecided(expected, result.why);
  if (result.exit === null) return undecided(expected, `${argv[0] ?? ''} was ended by a signal`);
  const lastOutput = lastLine(result.stderr) || lastLine(result.stdout);
  const found = `exit ${result.exit}${lastOutput === '' ? '' : `: ${lastOutput}`}`;
  if (!exit.includes(result.exit) || stdout === undefined)
    return { holds: exit.includes(result.exit), expected, found };
  const matched = countMatches(stdout, result.stdout, { limit: 1 });
  if (matched.kind === 'timed-out')
    return undecided(
      expected,
      `the pattern took more than ${matched.milliseconds} ms on the output`,
    );
  return { holds: matched.count > 0, expected, found };
}

/** A pass must not write its own check. */
function ownWork(
  argv: readonly string[],
  directory: string,
  context: ConditionContext,
): string | undefined {
  for (const word of programsOf(argv)) {
    const path = posix.normalize(posix.join(directory, word));
    const refused = context.snapshot.files.has(path) ? writableByThePass(context, path) : undefined;
    if (refused !== undefined) return refused;
  }
  return undefined;
}

function lastLine(text: string): string {
  const line = text.trimEnd().split('\n').at(-1)?.trim() ?? '';
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}

const KEPT = 64 * 1024;
const PASSED_ON = ['PATH', 'HOME', 'LANG', 'TZ', 'SystemRoot', 'TMPDIR'] as const;
const GRACE_MS = 1000;
const STOPPED = 'the pass was stopped';

/** Runs in its own process group and leaves no process behind. Passes on no secrets. */
export const runCommand: CommandRunner = ({ argv, cwd, timeoutMs, signal, wrap }) =>
  new Promise((resolve) => {
    if (signal?.aborted === true) return resolve({ kind: 'failed', why: STOPPED });
    const made = wrap?.(argv, cwd) ?? { kind: 'wrapped', argv };
    if (made.kind === 'failed')
      return resolve({ kind: 'failed', why: `${argv[0] ?? ''} could not be run: ${made.why}` });
    const [program = '', ...args] = made.argv;
    const named = argv[0] ?? '';
    const env = Object.fromEntries(
      PASSED_ON.flatMap((name) =>
        process.env[name] === undefined ? [] : [[name, process.env[name]]],
      ),
    );
    const child = spawn(program, args, {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe', wrap === undefined ? 'ignore' : 'pipe'],
      detached: process.platform !== 'win32',
      shell: false,
    });
    let status = '';
    if (wrap !== undefined)
      child.stdio[3]?.on(
        'data',
        (chunk: Buffer) => (status = (status + chunk.toString('utf8')).slice(0, KEPT)),
      );
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name]
        ?.setEncoding('utf8')
        .on('data', (text: string) => (output[name] = (output[name] + text).slice(-KEPT)));
    let stopped: string | undefined;
    let hard: NodeJS.Timeout | undefined;
    const stop = (why: string): void => {
      if (stopped !== undefined) return;
      stopped = why;
      kill(child.pid, 'SIGTERM');
      hard = setTimeout(() => kill(child.pid, 'SIGKILL'), GRACE_MS);
    };
    const onAbort = (): void => stop(STOPPED);
    const timer = setTimeout(
      () => stop(`${named} did not end within ${timeoutMs / 1000} s`),
      timeoutMs,
    );
    const settle = (result: CommandResult): void => {
      clearTimeout(timer);
      clearTimeout(hard);
      signal?.removeEventListener('abort', onAbort);
      resolve(result);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    child.once('error', (cause) =>
      settle({ kind: 'failed', why: `${named} could not be run: ${cause.message}` }),
    );
    // A grandchild that keeps the pipes open must not keep us waiting.
    child.once('exit', () => kill(child.pid, 'SIGKILL'));
    child.once('close', (exit) => {
      if (stopped !== undefined) settle({ kind: 'failed', why: stopped });
      else if (wrap !== undefined && !status.includes('"exit-code"'))
        settle({
          kind: 'failed',
          why: `${named} could not be run in its sandbox: ${lastLine(output.stderr) || 'no reason was given'}`,
        });
      else settle({ kind: 'ended', exit, ...output });
    });
  });

function kill(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch {
    // The group has ended already.
  }
}

export type CommandInput = {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly wrap?: CommandWrapper;
};
/**
 * Puts a command into a sandbox, which writes `"exit-code"` to descriptor 3 after the command
 * itself has ended.
 */
export type CommandWrapper = (
  argv: readonly string[],
  cwd: string,
) =>
  | { readonly kind: 'wrapped'; readonly argv: readonly string[] }
  | { readonly kind: 'failed'; readonly why: string };
/** `exit` is null if a signal ended the program. */
export type CommandResult =
  | {
      readonly kind: 'ended';
      readonly exit: number | null;
      readonly stdout: string;
      readonly stderr: string;
    }
  | { readonly kind: 'failed'; readonly why: string };
export type CommandRunner = (input: CommandInput) => Promise<CommandResult>;
