/** A branch that Nocturne made, pushed to another repository: by its commit, and never by force. */
import { NocturneError } from '../../kernel/error.js';
import { deskFolder } from './clone-for-attempt.js';
import { closeDesk, openDesk } from './desk.js';
import { gitResult, gitText } from './disarmed-git.js';
import { branchRef, openOrigin, refValue } from './origin.js';
import { branchOf, type Repository } from './repository-record.js';

export type Export = {
  readonly repository: Repository;
  readonly branch: string;
  /** The commit that the branch has now. */
  readonly commit: string;
  /** A pull request in plain text. */
  readonly text: string;
};

/** @throws NocturneError `NOT_FOUND` if nothing was merged onto the branch yet. */
export function exportOf(repository: Repository): Export {
  const origin = openOrigin(repository);
  const branch = branchOf(repository);
  const commit = refValue(origin, branchRef(repository));
  if (commit === undefined)
    throw new NocturneError('NOT_FOUND', `${repository.path} has no branch ${branch} yet`, {
      hint: 'it is made when the first step of the project is proved and merged',
    });
  const { directory } = origin;
  const own = refValue(
    origin,
    repository.branch === '' ? 'HEAD' : `refs/heads/${repository.branch}`,
  );
  const base = gitText({ directory }, ['merge-base', own ?? commit, commit]);
  const range = `${base}..${commit}`;
  const lines = (args: readonly string[]): string => gitText({ directory }, [...args, range, '--']);
  const commits = lines(['log', '--reverse', '--format=- %s']);
  const files = lines(['diff', '--stat=100', '--no-ext-diff', '--no-textconv', '--no-color']);
  const text = `${branch} at ${commit}, on top of ${base}\n\n${commits}\n\n${files}\n`;
  return { repository, branch, commit, text };
}

/** What git takes for a destination, and how it gets there. */
const PLACES: readonly (readonly [prefix: string, protocol: string, keeps: boolean])[] = [
  ['https:', 'https', true],
  ['ssh:', 'ssh', false],
  ['git:', 'file', false],
];

/** @throws NocturneError `RUN_FAILED` if the other side does not take it. */
export function pushExport({ repository, branch, commit }: Export, state: string): void {
  const to = repository.export;
  const [prefix = '', protocol = '', keeps] = PLACES.find(([start]) => to.startsWith(start)) ?? [];
  if (prefix === '') throw new NocturneError('CONFIG', `${to} is not a place for a branch`);
  const place = keeps === true ? to : to.slice(prefix.length);
  const desk = openDesk(openOrigin(repository), deskFolder(state, `${repository.project}.export`));
  try {
    const args = [
      'push',
      '--porcelain',
      '--no-verify',
      '--',
      place,
      `${commit}:refs/heads/${branch}`,
    ];
    const { status, stderr } = gitResult(desk, args, { protocols: protocol });
    if (status === 0) return;
    const why = stderr.toString('utf8').trim().split('\n').at(-1) ?? '';
    throw new NocturneError('RUN_FAILED', `${branch} was not pushed to ${to}: ${why}`, {
      hint: 'Nocturne never pushes by force: see what the other side has',
    });
  } finally {
    closeDesk(desk);
  }
}
