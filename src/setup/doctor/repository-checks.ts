/** Checks of the owner's repositories that projects work on. */
import { NocturneError } from '../../kernel/error.js';
import { broken, type Observation, off, working } from '../../kernel/observation.js';
import { headsNow, openOrigin } from '../../passes/repository/origin.js';
import {
  REPOSITORIES_PAGE,
  type Repository,
  repositoryOf,
} from '../../passes/repository/repository-record.js';
import type { WorkspaceCheck } from './types.js';

export const repositories: WorkspaceCheck = {
  of: 'workspace',
  id: 'repositories',
  look: ({ snapshot }) => {
    const found = snapshot
      .records('REPOSITORY')
      .flatMap(({ key }) => repositoryOf(snapshot, key) ?? [])
      .map(stateOf);
    return found.length === 0 ? off('no project works on a repository') : found;
  },
};

function stateOf(repository: Repository): Observation {
  try {
    const { head } = headsNow(openOrigin(repository), repository);
    return working(`${repository.project}: work begins with ${head.slice(0, 12)}`);
  } catch (error) {
    if (!(error instanceof NocturneError)) throw error;
    return broken(error.message, error.hint ?? `correct ${REPOSITORIES_PAGE}`);
  }
}
