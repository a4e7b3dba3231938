/**
 * A command that the guard allowed, run for a `chat` agent from the steps that were judged: no
 * shell, the pass's sandbox, limited time and output.
 */
import { join } from 'node:path';
import type { ToolResult } from '../agents/types.js';
import type {
  CommandResult,
  Program,
  ProgramsRunner,
  RunLimits,
  Sink,
} from '../governance/conditions/command-runner.js';
import type { Redirect, SimpleCommand, Step } from '../governance/guard/shell-types.js';
import { defined } from '../kernel/defined.js';
import { sandboxedPrograms } from './pass-sandbox.js';
import type { Chosen } from './types.js';

/** The exit code of a shell for a program that it cannot start. */
const NOT_FOUND = 127;
const LIMIT_MS = 120_000;
const LONGEST_ANSWER = 20_000;

type Place = Parameters<typeof sandboxedPrograms>[0];

/** Where the commands of a pass start, relative to the workspace. */
export function commandFolder({ project }: Pick<Chosen, 'project'>): string {
  return project === undefined ? '.' : `PROJECTS/${project}`;
}

export async function runCommandSteps(place: Place, steps: readonly Step[]): Promise<ToolResult> {
  const { workspace, signal } = place.env;
  const run = sandboxedPrograms(place, () => workspace.snapshot());
  return runSteps(run, steps, { root: workspace.root, signal });
}

/** @param root the workspace, absolute: the folders of the steps are in it. */
export async function runSteps(
  run: ProgramsRunner,
  steps: readonly Step[],
  { root, signal }: { readonly root: string; readonly signal: AbortSignal | undefined },
): Promise<ToolResult> {
  const until = performance.now() + LIMIT_MS;
  let printed = '';
  let exit: number | null = 0;
  for (const { join: joint, folder, pipeline } of steps) {
    if (pipeline === undefined) {
      exit = 0;
      continue;
    }
    if ((joint === '&&' && exit !== 0) || (joint === '||' && exit === 0)) continue;
    const result = await runPipeline(run, pipeline, {
      cwd: join(root, folder),
      timeoutMs: Math.max(1, until - performance.now()),
      signal,
    });
    if (result.kind === 'failed' && !result.notStarted)
      return { ok: false, text: ending(printed, result.why) };
    if (result.kind === 'failed') {
      printed += `\n[stderr]\n${result.why}\n`;
      exit = NOT_FOUND;
      continue;
    }
    printed += `${result.stdout}${result.stderr === '' ? '' : `\n[stderr]\n${result.stderr}`}`;
    exit = result.exit;
  }
  return { ok: exit === 0, text: ending(printed, `[exit ${exit ?? 'by a signal'}]`) };
}

function ending(printed: string, last: string): string {
  return printed === '' ? last : `${printed.slice(-LONGEST_ANSWER)}\n${last}`;
}

/** Its exit code is that of the last program, or of a file that could not be written. */
async function runPipeline(
  run: ProgramsRunner,
  pipeline: readonly SimpleCommand[],
  limits: RunLimits,
): Promise<CommandResult> {
  const errors: string[] = [];
  const wired: Wired[] = [];
  for (const command of [...pipeline].reverse()) {
    const opened = await openFiles(run, command, limits);
    if (opened.kind === 'failed') return opened;
    errors.unshift(opened.stderr);
    wired.push(wire(command, wired.at(-1)?.main, opened.exit === 0));
  }
  const result = await run(
    wired.flatMap(({ programs }) => programs),
    limits,
  );
  if (result.kind === 'failed') return result;
  const { exits, stdout } = result;
  const unwritten = wired
    .flatMap(({ writers }) => writers)
    .map((writer) => exits.get(writer))
    .find((exit) => exit !== 0);
  const [last] = wired;
  return {
    kind: 'ended',
    stdout,
    stderr: errors.join('') + result.stderr,
    exit: unwritten ?? (last && exits.get(last.main)) ?? null,
  };
}

/**
 * Makes, empties and checks the files of a program's redirections from left to right, inside its
 * sandbox. A program does not start when one of them cannot be opened.
 */
async function openFiles(
  run: ProgramsRunner,
  { redirects }: SimpleCommand,
  limits: RunLimits,
): Promise<CommandResult> {
  for (const redirect of redirects) {
    if (redirect.mode === 'text' || redirect.mode === 'copy' || STREAM.test(redirect.to)) continue;
    const reads = redirect.mode === 'read';
    const path = pathOf(redirect.to);
    const opener: Program = {
      argv: reads ? ['test', '-r', path] : teeOf(redirect.mode === 'append', path),
      out: 'nowhere',
      err: 'errors',
    };
    const result = await run([opener], limits);
    if (result.kind === 'failed') return result;
    const exit = result.exits.get(opener) ?? null;
    const missing = reads ? `${redirect.to} is missing, or it cannot be read\n` : '';
    if (exit !== 0) return { kind: 'ended', exit, stdout: '', stderr: result.stderr + missing };
  }
  return { kind: 'ended', exit: 0, stdout: '', stderr: '' };
}

/**
 * One program with its files: `cat` reads for it and `tee` writes for it, inside the same sandbox.
 * `programs`: each after those that it sends to.
 */
type Wired = {
  readonly programs: readonly Program[];
  readonly writers: readonly Program[];
  readonly main: Program;
};

function wire(command: SimpleCommand, next: Sink = 'output', opened = true): Wired {
  const { words, env, redirects } = command;
  if (!opened) {
    const main: Program = { argv: ['false'], out: next, err: 'errors' };
    return { programs: [main], writers: [], main };
  }
  const writers: Program[] = [];
  const sinks: Record<1 | 2, Sink> = { 1: next, 2: 'errors' };
  for (const redirect of redirects)
    if (redirect.fd !== 0) sinks[redirect.fd] = sinkOf(redirect, sinks, writers);
  const input = redirects.find((redirect) => redirect.fd === 0);
  const main: Program = {
    argv: words.length === 0 ? ['true'] : words,
    env: Object.fromEntries(env.map(({ name, value }) => [name, value])),
    out: sinks[1],
    err: sinks[2],
    ...defined({ input: input?.mode === 'text' ? input.text : undefined }),
  };
  const reader: readonly Program[] =
    input?.mode === 'read' && input.to !== '/dev/null'
      ? [{ argv: ['cat', pathOf(input.to)], out: main, err: 'errors' }]
      : [];
  return { programs: [...writers, main, ...reader], writers, main };
}

const STREAM = /^\/dev\/(?:std(in|out|err)|null)$/;

function sinkOf(
  redirect: Exclude<Redirect, { readonly fd: 0 }>,
  sinks: Readonly<Record<1 | 2, Sink>>,
  writers: Program[],
): Sink {
  if (redirect.mode === 'copy') return sinks[redirect.of];
  const stream = STREAM.exec(redirect.to);
  if (stream !== null)
    return stream[1] === undefined ? 'nowhere' : sinks[stream[1] === 'out' ? 1 : 2];
  const argv = teeOf(true, pathOf(redirect.to));
  const writer: Program = { argv, out: 'nowhere', err: 'errors' };
  writers.push(writer);
  return writer;
}

function teeOf(append: boolean, path: string): readonly string[] {
  return append ? ['tee', '-a', path] : ['tee', path];
}

/** No program takes it for an option or for its standard input. */
function pathOf(to: string): string {
  return to.startsWith('/') ? to : `./${to}`;
}
