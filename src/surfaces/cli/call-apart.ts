/** Runs a command in a process of its own, for the dashboard. */
import { execa } from 'execa';
import { join } from 'node:path';
import { type ErrorDocument, NocturneError } from '../../kernel/error.js';
import { Room } from '../../kernel/room.js';
import type { CallApart } from '../../passes/dashboard-page.js';
import type { CommandResult, Context, Parsed } from './types.js';

const MEMORY_MB = 512;
const LARGEST_ANSWER = 64 * 1024 * 1024;

/** At once; others wait. Each may take that much memory, and a processor. */
const MOST_AT_ONCE = 2;

/** What computes for long holds up no page, and can be ended. */
export function callApart(context: Context): CallApart {
  const room = new Room(MOST_AT_ONCE);
  return (name, parsed, limits) =>
    room.enter(() => callInProcess(context, { name, ...parsed, ...limits }), limits.signal);
}

type Call = Partial<Parsed> & Parameters<CallApart>[2] & { readonly name: string };

async function callInProcess(
  context: Context,
  { name, args = [], options = {}, signal, timeoutMs }: Call,
): Promise<CommandResult> {
  const done = await execa(
    process.execPath,
    [
      `--max-old-space-size=${MEMORY_MB}`,
      join(context.packageRoot, 'bin/nocturne.cjs'),
      ...name.split(' '),
      ...wordsOf(options),
      '--json',
      '--workspace',
      context.root(),
      '--',
      ...args,
    ],
    {
      env: { NOCTURNE_HOME: context.home },
      reject: false,
      stdin: 'ignore',
      cancelSignal: signal,
      timeout: timeoutMs,
      forceKillAfterDelay: 1_000,
      maxBuffer: LARGEST_ANSWER,
    },
  );
  if (done.timedOut)
    throw new NocturneError(
      'RUN_FAILED',
      `nocturne ${name} was not done within ${timeoutMs / 1000} s, and was ended`,
      { hint: 'ask for less, or run the command in a terminal' },
    );
  return resultOf(name, done.stdout, done.exitCode);
}

function wordsOf(options: Parsed['options']): readonly string[] {
  return Object.entries(options).flatMap(([name, value]) => {
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (value === true) return [flag];
    return value === false || value === undefined ? [] : [`${flag}=${String(value)}`];
  });
}

type Answer = Readonly<Record<string, unknown>> & { readonly error?: ErrorDocument };

function resultOf(name: string, stdout: string, exit: number | undefined): CommandResult {
  const json = answerOf(stdout);
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

function answerOf(stdout: string): Answer | undefined {
  try {
    return JSON.parse(stdout) as Answer;
  } catch {
    return undefined;
  }
}
