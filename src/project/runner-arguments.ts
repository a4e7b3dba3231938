/** What Nocturne fills into the arguments of a runner's program. */
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
