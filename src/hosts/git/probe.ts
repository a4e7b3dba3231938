/** What `doctor` reports about git. */
import { statSync } from '../../kernel/files.js';
import { dirname, join } from 'node:path';
import { findProgram } from '../../agents/find-program.js';
import { type Observation, off, working } from '../../kernel/observation.js';
import type { HostMachine } from '../types.js';

export function probe({ env, root }: HostMachine): Observation {
  const program = findProgram('git', { path: env['PATH'], directory: '/' });
  if (program === undefined)
    return off(
      'git is not on the path',
      'install git to keep the history of a workspace elsewhere too',
    );
  if (typeof root !== 'string') return working(`git is ${program}`);
  const repository = repositoryOf(root);
  return repository === undefined
    ? off('the workspace is not in git', 'git init, if you want its history elsewhere too')
    : working(`the workspace is in the repository ${repository}`);
}

function repositoryOf(root: string): string | undefined {
  for (let directory = root; ; directory = dirname(directory)) {
    if (statSync(join(directory, '.git'), { throwIfNoEntry: false }) !== undefined)
      return directory;
    if (directory === dirname(directory)) return undefined;
  }
}
