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
      cwd: join(workspace.root, folder),
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
  const wired: Wired[] = [];
  for (const command of [...pipeline].reverse()) wired.push(wire(command, wired.at(-1)?.main));
  const result = await run(
    wired.flatMap(({ programs }) => programs),
    limits,
  );
  if (result.kind === 'failed') return result;
  const { exits, ...printed } = result;
  const unwritten = wired
    .flatMap(({ writers }) => writers)
    .map((writer) => exits.get(writer))
    .find((exit) => exit !== 0);
  const [last] = wired;
  return { ...printed, exit: unwritten ?? (last && exits.get(last.main)) ?? null };
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

function wire({ words, env, redirects }: SimpleCommand, next: Sink = 'output'): Wired {
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
    input?.mode === 'read' ? [{ argv: ['cat', '--', input.to], out: main, err: 'errors' }] : [];
  return { programs: [...writers, main, ...reader], writers, main };
}

function sinkOf(
  redirect: Exclude<Redirect, { readonly fd: 0 }>,
  sinks: Readonly<Record<1 | 2, Sink>>,
  writers: Program[],
): Sink {
  if (redirect.mode === 'copy') return sinks[redirect.of];
  const stream = /^\/dev\/(?:std(out|err)|null)$/.exec(redirect.to);
  if (stream !== null)
    return stream[1] === undefined ? 'nowhere' : sinks[stream[1] === 'out' ? 1 : 2];
  const argv = ['tee', ...(redirect.mode === 'append' ? ['-a'] : []), '--', redirect.to];
  const writer: Program = { argv, out: 'nowhere', err: 'errors' };
  writers.push(writer);
  return writer;
}
