/** Which files of a workspace have changed since a revision of git, by name. */
import { spawnSync } from 'node:child_process';
import { NocturneError } from '../../kernel/error.js';

/** Changed, added and untracked files, relative to `root`; deleted ones too. */
export function changedSince(root: string, revision: string): ReadonlySet<string> {
  const changed = git(root, [
    'diff',
    '--name-only',
    '-z',
    '--relative',
    '--no-renames',
    '--end-of-options',
    revision,
    '--',
  ]);
  const untracked = git(root, ['ls-files', '--others', '--exclude-standard', '-z']);
  return new Set([...changed, ...untracked]);
}

function git(root: string, words: readonly string[]): string[] {
  const { status, stdout, stderr, error } = spawnSync('git', ['-C', root, ...words], {
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  if (error !== undefined)
    throw new NocturneError('MISSING_PART', `git could not be started: ${error.message}`, {
      hint: '--since needs git; leave it out to see everything',
      cause: error,
    });
  if (status !== 0)
    throw new NocturneError('USAGE', `git says: ${stderr.trim().split('\n')[0] ?? 'nothing'}`, {
      hint: '--since takes a revision of the repository that the workspace is in, such as HEAD or origin/main',
    });
  return stdout.split('\0').filter((path) => path !== '');
}
