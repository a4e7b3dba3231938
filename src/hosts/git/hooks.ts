/**
 * Plans, installs, removes and shows our hooks in a git repository: scripts in a folder of their
 * own, named by `core.hooksPath`. Earlier hooks stay and are called.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from '../../kernel/files.js';
import { join, resolve } from 'node:path';
import { execaSync } from 'execa';
import { NocturneError } from '../../kernel/error.js';
import { sha256 } from '../../kernel/hash.js';
import { writeFileDurably } from '../../workspace/durable.js';
import type { Workspace } from '../../workspace/types.js';
import { forgetBefore, keepBefore, readBefore } from '../before.js';
import type { HookPaths } from '../hook-command.js';
import { GOVERNED, HANDED_ON, hookScript } from './hook-scripts.js';
import type { HostHooks } from '../types.js';

const FOLDER = 'nocturne-hooks';
const NAME = 'git-config';
const PREVIOUS = 'nocturne.previousHooksPath';

/**
 * `previous`: where hooks are without ours. `local`: what `core.hooksPath` was in this repository.
 */
export type Repository = {
  readonly config: string;
  readonly folder: string;
  readonly previous: string;
  readonly local: string | undefined;
  readonly inForce: string;
  readonly installed: boolean;
};
export type GitPlan = {
  readonly verdict: 'install' | 'upgrade' | 'nothing' | 'remove';
  readonly repository: Repository;
  readonly scripts: ReadonlyMap<string, string>;
};

/** `undefined`: the workspace is not in a repository, or git is missing. */
export function findRepository(root: string): Repository | undefined {
  const common = ask(root, ['rev-parse', '--path-format=absolute', '--git-common-dir']);
  if (common === undefined) return undefined;
  const folder = join(common, FOLDER);
  const set = ask(root, ['config', '--local', '--get', 'core.hooksPath']);
  const installed = set === folder;
  const remembered = ask(root, ['config', '--local', '--get', PREVIOUS]);
  const local = installed ? remembered : set;
  const elsewhere =
    ask(root, ['config', '--global', '--type=path', '--get', 'core.hooksPath']) ??
    ask(root, ['config', '--system', '--type=path', '--get', 'core.hooksPath']);
  const previous = (local === undefined ? elsewhere : expand(local)) ?? join(common, 'hooks');
  const top = ask(root, ['rev-parse', '--show-toplevel']) ?? root;
  return {
    config: join(common, 'config'),
    folder,
    previous,
    local,
    installed,
    inForce: resolve(top, ask(root, ['rev-parse', '--git-path', 'hooks']) ?? ''),
  };
}

export function planGitInstall(repository: Repository, hookPaths: HookPaths): GitPlan {
  const there =
    existsSync(repository.previous) && statSync(repository.previous).isDirectory()
      ? readdirSync(repository.previous).filter((name) => /^[a-z][a-z0-9-]*$/.test(name))
      : [];
  const scripts = new Map(
    [...new Set([...GOVERNED, ...HANDED_ON, ...there.filter((name) => HOOK_NAMES.has(name))])].map(
      (name) => [name, hookScript(name, hookPaths, repository.previous)],
    ),
  );
  const same =
    repository.installed &&
    [...scripts].every(([name, script]) => readIfThere(join(repository.folder, name)) === script);
  if (same) return { verdict: 'nothing', repository, scripts };
  return { verdict: repository.installed ? 'upgrade' : 'install', repository, scripts };
}

export function planGitUninstall(repository: Repository): GitPlan {
  return {
    verdict: repository.installed || existsSync(repository.folder) ? 'remove' : 'nothing',
    repository,
    scripts: new Map(),
  };
}

/** Passed on only if they exist: some change what git does merely by existing. */
const HOOK_NAMES = new Set([
  'fsmonitor-watchman',
  'p4-changelist',
  'p4-post-changelist',
  'p4-pre-submit',
  'p4-prepare-changelist',
  'post-index-change',
  'post-receive',
  'post-update',
  'pre-receive',
  'proc-receive',
  'push-to-checkout',
  'reference-transaction',
  'sendemail-validate',
  'update',
]);

export function carryOutGit(workspace: Workspace, plan: GitPlan): void {
  const { repository } = plan;
  if (plan.verdict === 'remove') return remove(workspace, repository);
  if (plan.verdict === 'nothing') return;
  mkdirSync(repository.folder, { recursive: true });
  for (const [name, script] of plan.scripts)
    writeFileDurably(join(repository.folder, name), script, { mode: 0o755 });
  if (repository.installed) return;
  const before = readFileSync(repository.config);
  if (repository.local !== undefined)
    tell(workspace.root, ['config', '--local', PREVIOUS, repository.local]);
  tell(workspace.root, ['config', '--local', 'core.hooksPath', repository.folder]);
  keepBefore(workspace.state, NAME, {
    path: repository.config,
    before,
    after: readFileSync(repository.config),
    made: false,
  });
  const now = findRepository(workspace.root);
  if (now?.inForce === repository.folder) return;
  remove(workspace, now ?? repository);
  throw new NocturneError(
    'CONFIG',
    `git does not use ${repository.folder}, although core.hooksPath of this repository names it: it uses ${now?.inForce ?? 'nothing'}`,
    {
      hint: 'a core.hooksPath of this work tree (git config --worktree) or of the environment takes precedence; remove it, and install again',
    },
  );
}

/** A `core.hooksPath` that somebody set since stays. */
function remove(workspace: Workspace, repository: Repository): void {
  const before = readBefore(workspace.state, NAME);
  if (repository.installed) {
    if (before?.content !== undefined && before.after === sha256(readFileSync(repository.config)))
      writeFileDurably(repository.config, before.content);
    else if (repository.local === undefined)
      tell(workspace.root, ['config', '--local', '--unset', 'core.hooksPath']);
    else tell(workspace.root, ['config', '--local', 'core.hooksPath', repository.local]);
  }
  if (ask(workspace.root, ['config', '--local', '--get', PREVIOUS]) !== undefined)
    tell(workspace.root, ['config', '--local', '--unset', PREVIOUS]);
  rmSync(repository.folder, { recursive: true, force: true });
  forgetBefore(workspace.state, NAME);
}

function expand(path: string): string {
  return path.startsWith('~/') ? join(process.env['HOME'] ?? '', path.slice(2)) : path;
}

function readIfThere(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/** Inside a hook git sets variables that would name another repository. */
const ENV = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^GIT_(?:DIR|WORK_TREE|INDEX_FILE|COMMON_DIR|PREFIX)$/.test(name),
  ),
);

function ask(cwd: string, args: readonly string[]): string | undefined {
  const done = execaSync('git', [...args], {
    cwd,
    env: { ...ENV, LC_ALL: 'C' },
    extendEnv: false,
    reject: false,
  });
  return done.exitCode === 0 ? done.stdout : undefined;
}

function tell(cwd: string, args: readonly string[]): void {
  const done = execaSync('git', [...args], {
    cwd,
    env: { ...ENV, LC_ALL: 'C' },
    extendEnv: false,
    reject: false,
  });
  if (done.exitCode !== 0)
    throw new NocturneError('RUN_FAILED', `git ${args.join(' ')} failed: ${done.stderr.trim()}`, {
      hint: 'nothing else was changed',
    });
}

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
    ? `active, before those in ${previous}`
    : 'from another version or place: run nocturne hooks install again';
}
