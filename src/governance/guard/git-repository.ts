/**
 * In which repository git would work. Its configuration can start programs, so it has to be one
 * that no agent can have made.
 */
import { posix } from 'node:path';
import type { ChangedPlaces } from './changed-places.js';
import type { PathWorld } from './path.js';

const OWN = /^(?:PROJECTS\/[^/]+)?$/;

/**
 * Why git must not run in a folder: the repository that it would find there is neither the
 * workspace's, nor the project's own, nor one around the workspace. As git looks for it: `.git`, or
 * a folder that is one itself.
 */
export function repositoryProblem(
  { root, probe }: PathWorld,
  folder: string,
  changed: ChangedPlaces,
): string | undefined {
  const kindOf = (path: string): string | undefined =>
    probe.at(posix.join(root, path))?.kind ?? (changed.mayExist(path) ? 'made' : undefined);
  for (let at = folder; ; at = at.includes('/') ? posix.dirname(at) : '') {
    if (['HEAD', 'objects', 'refs'].every((name) => kindOf(posix.join(at, name)) !== undefined))
      return `${at} looks like a repository, which could make git start programs`;
    const own = kindOf(posix.join(at, '.git'));
    if (own !== undefined)
      return OWN.test(at) && own === 'directory'
        ? undefined
        : `${at}/.git is not the repository of the workspace or of a project`;
    if (at === '') return undefined;
  }
}
