/** Makes the runner that a definition asks for. */
import { defined } from '../kernel/defined.js';
import type { Wait } from './retry.js';
import { emptyReport } from './parse-report.js';
import type { ProgramRunnerOptions } from './program-runner.js';
import { RUNNER_KINDS } from '../project/runner-arguments.js';
import { NO_USAGE, type Runner, type RunnerSpec } from './types.js';

/** A kind for RUNNERS.md, in addition to `command` and `chat`. */
export type RunnerKind = {
  readonly kind: string;
  /** The default program. */
  readonly program: string;
  readonly make: (options: ProgramRunnerOptions) => Promise<Runner>;
  /**
   * The variable from which the program takes a key, and the address that the key is for. Without
   * that variable it uses a log-in of its own.
   */
  readonly key?: { readonly variable: string; readonly endpoint: string };
};

export type RunnerOptions = {
  /** The environment from which keys and variables are picked. */
  readonly host: Readonly<Record<string, string | undefined>>;
  /** How a runner waits before it tries again; default: in real time. */
  readonly wait?: Wait;
  /** The kinds that the installed hosts bring. */
  readonly kinds?: readonly RunnerKind[];
};

export async function runnerFor(
  { kind }: Pick<RunnerSpec, 'name' | 'kind'>,
  { host, wait, kinds = [] }: RunnerOptions = { host: process.env },
): Promise<Runner> {
  const options = { host, ...defined({ wait }) };
  if (kind === 'command') return (await import('./command-runner.js')).commandRunner(options);
  if (kind === 'chat') return (await import('./chat-runner.js')).chatRunner(options);
  const brought = kinds.find((runner) => runner.kind === kind);
  return brought === undefined ? missingRunner(kind, kinds) : brought.make(options);
}

/** Fails like a missing program: the pass ends, and the owner is told. */
function missingRunner(kind: string, kinds: readonly RunnerKind[]): Runner {
  const kindNames = [...RUNNER_KINDS, ...kinds.map((runner) => runner.kind)].join(', ');
  return {
    name: kind,
    run: async ({ model }) => ({
      kind: 'failed',
      failure: 'not-found',
      detail: `No runner of kind "${kind}" is installed. Installed kinds: ${kindNames}.`,
      usage: NO_USAGE,
      report: emptyReport([]),
      tail: '',
      model,
    }),
  };
}
