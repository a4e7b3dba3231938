/** What sections of RUNNERS.md are made of. */

/** Kinds of runners that Nocturne has; hosts bring others. */
export const RUNNER_KINDS = ['command', 'chat'] as const;

/** What is filled into the arguments of a runner's program. */
export const RUNNER_ARGUMENTS = [
  'workspace',
  'cwd',
  'model',
  'run_id',
  'brief',
  'prompt',
  'scratch',
] as const;

export type RunnerArgument = (typeof RUNNER_ARGUMENTS)[number];
