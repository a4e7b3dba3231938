/** The files of a workspace that have changed since a git revision. */
import { spawnSync } from 'node:child_process';
import { NocturneError } from '../../kernel/error.js';

/** Changed, added and untracked files, relative to `root`; deleted ones too. */
export function changedSince(root: string, revision: string): ReadonlySet<string> {
  const names = ['diff', '--name-only', '-z', '--relative', '--no-renames'];
  const changed = git(root, [...names, '--end-of-options', revision, '--']);
  const untracked = git(root, ['ls-files', '--others', '--exclude-standard', '-z']);
  return new Set([...changed, ...untracked]);
}

function git(root: string, words: readonly string[]): string[] {
  const { status, stdout, stderr, error } = spawnSync('git', ['-C', root, ...words], {
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  if (error !== undefined)
    throw new NocturneError('MISSING_PART', `git did not start: ${error.message}`, {
      hint: 'install git, or leave out --since to see everything',
      cause: error,
    });
  if (status !== 0)
    throw new NocturneError('USAGE', `git failed: ${stderr.trim().split('\n')[0] ?? ''}`, {
      hint: 'give --since a revision of the git repository of this workspace, such as HEAD or origin/main',
    });
  return stdout.split('\0').filter((path) => path !== '');
}
