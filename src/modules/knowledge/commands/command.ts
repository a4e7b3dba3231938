/** What the commands of the module share: their caller, their answer, and cancelling. */
import { defined } from '../../../kernel/defined.js';
import { EXIT, type NocturneError } from '../../../kernel/error.js';
import type { ToolAnswer } from '../../../tools/tool.js';
import type { CommandResult, ModuleCommandContext, OptionSpec } from '../../types.js';
import { CHOICES } from '../operations/choose-embedder.js';
import type { Caller } from '../operations/caller.js';
import { releaseIndexes } from '../operations/open-index.js';

export const EMBEDDER_OPTION: OptionSpec = {
  flags: '--embedder <name>',
  description: 'use this one instead of the one in orchestration-os/KNOWLEDGE.md',
  choices: CHOICES,
};

export function callerOf(context: ModuleCommandContext, signal?: AbortSignal): Caller {
  const { env, scope, progress, bar } = context;
  return {
    workspace: context.workspace(),
    env,
    progress: (line) => progress(line),
    ...defined({ scope, signal, bar }),
  };
}

/** Runs a command on the index, and closes the index afterwards. */
export async function answered(answer: () => Promise<ToolAnswer>): Promise<CommandResult> {
  try {
    const { text, data } = await answer();
    return { exit: EXIT.ok, text, json: data };
  } finally {
    await releaseIndexes();
  }
}

/** Cancels the work on SIGINT and SIGTERM. @param error what the command fails with then. */
export async function untilInterrupted<T>(
  error: NocturneError,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const ending = new AbortController();
  const end = (): void => ending.abort(error);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
  try {
    return await work(ending.signal);
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.removeListener(signal, end);
  }
}
