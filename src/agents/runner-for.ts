/** From a runner's definition to the runner. */
import { NocturneError } from '../kernel/error.js';
import type { ChatRunnerOptions } from './chat-runner.js';
import type { CommandRunnerOptions } from './command-runner.js';
import type { Runner, RunnerSpec } from './types.js';

export type RunnerOptions = {
  /** The environment from which keys and what is passed on to programs are picked. */
  readonly host: Readonly<Record<string, string | undefined>>;
  readonly command?: Omit<CommandRunnerOptions, 'host'>;
  readonly chat?: Omit<ChatRunnerOptions, 'host'>;
};

/** @throws NocturneError MISSING_PART for a kind that this version has no runner for. */
export async function runnerFor(spec: Pick<RunnerSpec, 'name' | 'kind'>, { host, command, chat }: RunnerOptions = { host: process.env }): Promise<Runner> {
  switch (spec.kind) {
    case 'command':
      return (await import('./command-runner.js')).commandRunner({ host, ...command });
    case 'chat':
      return (await import('./chat-runner.js')).chatRunner({ host, ...chat });
    case 'openclaw':
    case 'claude':
      throw new NocturneError('MISSING_PART', `Runner \`${spec.name}\` is of kind \`${spec.kind}\`, which this version of nocturne cannot run.`, { hint: 'In orchestration-os/RUNNERS.md use kind `command` (any program) or `chat` (any OpenAI-compatible endpoint).' });
  }
}
