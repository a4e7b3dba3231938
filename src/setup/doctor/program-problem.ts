/** Why the program of a runner cannot start on this machine. */
import { findProgram } from '../../agents/find-program.js';
import type { Rec } from '../../markdown/types.js';
import { fieldText } from '../../project/field-text.js';
import type { ExaminedWorkspace } from './types.js';

/** `undefined`: it is there. A `chat` runner has none. */
export function programProblem(
  { hosts, env, workspace }: Pick<ExaminedWorkspace, 'hosts' | 'env' | 'workspace'>,
  runner: Rec,
): string | undefined {
  const kind = fieldText(runner, 'kind');
  if (kind === 'chat') return undefined;
  const brought = hosts
    .flatMap((host) => host.runners ?? [])
    .find((runnerKind) => runnerKind.kind === kind);
  if (kind !== 'command' && brought === undefined)
    return 'no installed host provides runners of this kind';
  const program = fieldText(runner, 'program') || (brought?.program ?? '');
  if (program === '') return 'it names no program';
  return findProgram(program, { path: env['PATH'], directory: workspace.root }) === undefined
    ? `${program} was not found`
    : undefined;
}
