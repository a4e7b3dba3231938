/** The hooks of git as `hooks install`, `hooks uninstall` and `hooks status` ask for them. */
import type { HookPaths } from '../hook-command.js';
import type { HostHooks } from '../types.js';
import {
  carryOutGit,
  findRepository,
  planGitInstall,
  planGitUninstall,
  type Repository,
} from './install-hooks.js';

export const hooks: HostHooks = {
  plan(way, { workspace, paths }) {
    const repository = findRepository(workspace.root);
    if (repository === undefined)
      return {
        kind: 'absent',
        what: 'no repository here',
        why: `${workspace.root} is in no git repository`,
        hint: 'run git init there first',
      };
    const plan =
      way === 'install' ? planGitInstall(repository, paths) : planGitUninstall(repository);
    return {
      kind: 'plan',
      verdict: plan.verdict,
      where: repository.folder,
      carryOut: () => carryOutGit(workspace, plan),
    };
  },
  status(workspace, paths) {
    const repository = findRepository(workspace.root);
    const current = repository !== undefined && isCurrent(repository, paths);
    return {
      text: repository === undefined ? 'no repository here' : textOf(repository, current),
      facts: {
        repository: repository !== undefined,
        installed: repository?.installed ?? false,
        current,
        folder: repository?.folder ?? null,
        previous: repository?.previous ?? null,
      },
    };
  },
};

function isCurrent(repository: Repository, hookPaths: HookPaths): boolean {
  return planGitInstall(repository, hookPaths).verdict === 'nothing';
}

function textOf({ installed, inForce, folder, previous }: Repository, current: boolean): string {
  if (!installed) return 'not installed';
  if (inForce !== folder) return `installed, but git uses ${inForce}`;
  return current
    ? `in force, before those in ${previous}`
    : 'of another version or place: run nocturne hooks install again';
}
