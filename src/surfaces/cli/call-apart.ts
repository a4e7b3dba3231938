/** Runs a command in a process of its own, for the dashboard. */
import { type ErrorDocument, NocturneError } from '../../kernel/error.js';
import { Room } from '../../kernel/room.js';
import type { CallApart } from '../../passes/dashboard-page.js';
import { type CommandProcess, MEMORY_MB, SpareProcess, startCommand } from './spare-process.js';
import type { CommandResult, Context, Parsed } from './types.js';

/** At once; others wait. Each may take that much memory, and a processor. */
const MOST_AT_ONCE = 2;
/** A page waits for its answer, so its process is started ahead. */
const AHEAD = 'query';

/** What computes for long holds up no page, and can be ended. */
export function callApart(context: Context): CallApart {
  const room = new Room(MOST_AT_ONCE);
  const spare = new SpareProcess(context);
  const call: (...call: Parameters<CallApart>) => Promise<CommandResult> = (name, parsed, limits) =>
    room.enter(async () => {
      const words = wordsOf(context, name, parsed);
      const ready = name === AHEAD ? spare.take() : undefined;
      const child = ready ?? startCommand(context, words);
      child.stdin.end(ready === undefined ? '' : JSON.stringify(words));
      try {
        return await answerOf(name, child, limits);
      } finally {
        if (name === AHEAD) spare.prepare();
      }
    }, limits.signal);
  return Object.assign(call, { prepare: () => spare.prepare() });
}

function wordsOf(
  context: Context,
  name: string,
  { args = [], options = {} }: Partial<Parsed>,
): readonly string[] {
  const flags = [...optionWords(options), '--json', '--workspace', context.root()];
  return [...name.split(' '), ...flags, '--', ...args];
}

async function answerOf(
  name: string,
  child: CommandProcess,
  { signal, timeoutMs }: Parameters<CallApart>[2],
): Promise<CommandResult> {
  const limit = AbortSignal.timeout(timeoutMs);
  const end = (): void => void child.kill();
  const ending = AbortSignal.any([signal, limit]);
  ending.addEventListener('abort', end);
  if (ending.aborted) end();
  const done = await child;
  ending.removeEventListener('abort', end);
  if (done.isTerminated && limit.aborted && !signal.aborted)
    throw new NocturneError(
      'RUN_FAILED',
      `nocturne ${name} was not done within ${timeoutMs / 1000} s, and was ended`,
      { hint: 'ask for less, or run the command in a terminal' },
    );
  return resultOf(name, done.stdout, done.exitCode);
}

function optionWords(options: Parsed['options']): readonly string[] {
  return Object.entries(options).flatMap(([name, value]) => {
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (value === true) return [flag];
    return value === false || value === undefined ? [] : [`${flag}=${String(value)}`];
  });
}

type Answer = Readonly<Record<string, unknown>> & { readonly error?: ErrorDocument };

function resultOf(name: string, stdout: string, exit: number | undefined): CommandResult {
  const json = answerOfText(stdout);
  if (json === undefined || exit === undefined)
    throw new NocturneError(
      'RUN_FAILED',
      `nocturne ${name} ended without an answer, probably because it needed more than ${MEMORY_MB} MB`,
      { hint: 'ask for less, or run the command in a terminal' },
    );
  if (json.error === undefined) return { exit, text: '', json };
  const { code, message, ...options } = json.error;
  throw new NocturneError(code, message, options);
}

function answerOfText(stdout: string): Answer | undefined {
  try {
    return JSON.parse(stdout) as Answer;
  } catch {
    return undefined;
  }
}
