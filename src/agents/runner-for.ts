/** From a runner's definition to the runner. */
import type { ChatRunnerOptions } from './chat-runner.js';
import type { ProgramRunnerOptions } from './program-runner.js';
import type { Runner, RunnerSpec } from './types.js';

export type RunnerOptions = {
  /** The environment from which keys and what is passed on to programs are picked. */
  readonly host: Readonly<Record<string, string | undefined>>;
  readonly program?: Omit<ProgramRunnerOptions, 'host'>;
  readonly chat?: Omit<ChatRunnerOptions, 'host'>;
};

export async function runnerFor(
  spec: Pick<RunnerSpec, 'name' | 'kind'>,
  { host, program, chat }: RunnerOptions = { host: process.env },
): Promise<Runner> {
  switch (spec.kind) {
    case 'command':
      return (await import('./command-runner.js')).commandRunner({ host, ...program });
    case 'chat':
      return (await import('./chat-runner.js')).chatRunner({ host, ...chat });
    case 'openclaw':
      return (await import('../hosts/openclaw/runner.js')).openclawRunner({ host, ...program });
    case 'claude':
      return (await import('../hosts/claude-code/runner/runner.js')).claudeRunner({
        host,
        ...program,
      });
  }
}
