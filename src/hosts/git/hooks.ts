/** The hooks of git as `hooks install`, `hooks uninstall` and `hooks status` ask for them. */
import type { HookPlace } from '../hook-command.js';
import type { HostHooks } from '../types.js';
import {
  carryOutGit,
  findRepository,
  planGitInstall,
  planGitUninstall,
  type Repository,
} from './install-hooks.js';

export const hooks: HostHooks = {
  plan(way, { workspace, place }) {
    const repository = findRepository(workspace.root);
    if (repository === undefined)
      return {
        kind: 'absent',
        what: 'no repository here',
        why: `${workspace.root} is in no git repository`,
        hint: 'run git init there first',
      };
    const plan =
      way === 'install' ? planGitInstall(repository, place) : planGitUninstall(repository);
    return {
      kind: 'plan',
      verdict: plan.verdict,
      where: repository.folder,
      carryOut: () => carryOutGit(workspace, plan),
    };
  },
  status(workspace, place) {
    const repository = findRepository(workspace.root);
    const current = repository !== undefined && isCurrent(repository, place);
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

function isCurrent(repository: Repository, place: HookPlace): boolean {
  return planGitInstall(repository, place).verdict === 'nothing';
}

function textOf({ installed, inForce, folder, previous }: Repository, current: boolean): string {
  if (!installed) return 'not installed';
  if (inForce !== folder) return `installed, but git uses ${inForce}`;
  return current
    ? `in force, before those in ${previous}`
    : 'of another version or place: run nocturne hooks install again';
}
