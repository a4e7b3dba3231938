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
export function commandFolder({ project, unit }: Pick<Chosen, 'project' | 'unit'>): string {
  return unit?.folder ?? (project === undefined ? '.' : `PROJECTS/${project}`);
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

/** Its exit code is that of the last program. */
async function runPipeline(
  run: ProgramsRunner,
  pipeline: readonly SimpleCommand[],
  limits: RunLimits,
): Promise<CommandResult> {
  const programs: Program[] = [];
  for (const command of [...pipeline].reverse())
    programs.push(programOf(command, programs.at(-1), pipeline.length === 1));
  const result = await run(programs, limits);
  if (result.kind === 'failed') return result;
  const { exits, ...printed } = result;
  const [last] = programs;
  return { ...printed, exit: (last && exits.get(last)) ?? null };
}

/** Git starts none of the programs that its repository may name, and writes nothing there. */
const GIT_SETTINGS = {
  GIT_OPTIONAL_LOCKS: '0',
  GIT_CONFIG_COUNT: '3',
  GIT_CONFIG_KEY_0: 'core.fsmonitor',
  GIT_CONFIG_VALUE_0: 'false',
  GIT_CONFIG_KEY_1: 'core.hooksPath',
  GIT_CONFIG_VALUE_1: '/dev/null',
  GIT_CONFIG_KEY_2: 'core.pager',
  GIT_CONFIG_VALUE_2: 'cat',
};

/** @param alone in its pipe: then it needs no launcher if it has no files. */
function programOf(command: SimpleCommand, next: Sink = 'output', alone = true): Program {
  const { words, env, redirects } = command;
  const argv = words.length === 0 ? ['true'] : words;
  const settings = words.includes('git') ? GIT_SETTINGS : {};
  const input = redirects.find((redirect) => redirect.mode === 'text');
  const opened = redirects.filter((redirect) => redirect.mode !== 'text');
  return {
    argv: alone && opened.length === 0 ? argv : launched(argv, opened),
    env: { ...settings, ...Object.fromEntries(env.map(({ name, value }) => [name, value])) },
    out: next,
    err: 'errors',
    ...defined({ input: input?.text }),
  };
}

/**
 * Opens files for a program and becomes that program, inside its sandbox, so that the program has
 * the file itself and does not start without it. The text is made of redirections of `"$1"`,
 * `"$2"` … alone: names and words are arguments, which no shell reads.
 */
function launched(
  argv: readonly string[],
  redirects: readonly Exclude<Redirect, { readonly mode: 'text' }>[],
): readonly string[] {
  const files: string[] = [];
  const opened = redirects.map((redirect) => {
    if (redirect.mode === 'copy') return `${redirect.fd}>&${redirect.of}`;
    const stream = STREAMS.get(redirect.to);
    if (stream !== undefined) return `${redirect.fd}>&${stream}`;
    files.push(redirect.to.startsWith('/') ? redirect.to : `./${redirect.to}`);
    return `${redirect.fd}${OPENING[redirect.mode]}"\${${files.length}}"`;
  });
  const text = `{ shift ${files.length}; exec "$@"; } ${opened.join(' ')} || exit 1`;
  return ['/bin/sh', '-c', text, 'sh', ...files, ...argv];
}

const OPENING = { read: '<', write: '>', append: '>>' } as const;
/** They may be sockets, which cannot be opened by name. */
const STREAMS: ReadonlyMap<string, number> = new Map([
  ['/dev/stdin', 0],
  ['/dev/stdout', 1],
  ['/dev/stderr', 2],
]);
