/**
 * The owner's repository as an attempt works on it: a clone in the copy of its pass, which is the
 * project's `repo/` there. Git's objects are not copied: the clone finds them through a mount.
 */
import { chmodSync, existsSync, lstatSync, mkdirSync, writeFileSync } from '../../kernel/files.js';
import { join } from 'node:path';
import { NocturneError } from '../../kernel/error.js';
import { makeEmptyClone, ORIGIN } from '../copy/git-clone.js';
import type { BoundPath, PassCopy } from '../copy/pass-copy.js';
import {
  addFiles,
  changedTree,
  closeDesk,
  type Desk,
  makeCommit,
  mergeTrees,
  openDesk,
  packOf,
  treeEntries,
  treeOf,
} from './desk.js';
import { git } from './disarmed-git.js';
import { expireAttempts } from './expire-attempts.js';
import { folderChanges } from './folder-changes.js';
import {
  addObjects,
  headsNow,
  openOrigin,
  type Origin,
  refsAsText,
  refValue,
  setRunRef,
} from './origin.js';
import { branchOf, REPOSITORIES_PAGE, type Repository } from './repository-record.js';

export type CloneRequest = {
  readonly state: string;
  readonly runId: string;
  readonly repository: Repository;
  readonly now: Date;
};

/**
 * The copy with the clone in it. A ref keeps what it needs while the owner collects garbage.
 * @throws NocturneError `CONFIG`, in one sentence, if nobody can work on the repository any more.
 */
export function cloneForAttempt(copy: PassCopy, request: CloneRequest): PassCopy {
  const { state, runId, repository } = request;
  const origin = openOrigin(repository);
  const path = `PROJECTS/${repository.project}/repo`;
  const folder = join(copy.folder, path);
  expireAttempts(origin, request.now);
  const desk = openDesk(origin, deskFolder(state, runId));
  try {
    const { base, release } = baseOf(desk, request);
    setRunRef(origin, runId, base);
    release();
    makeGitFolder(folder, { refs: refsAsText(origin), branch: branchOf(repository), base });
    checkOut(desk, base, folder, join(folder, '.git/index'));
    const objects = { path: `${path}/.git/${ORIGIN}`, source: origin.objects, isWritable: false };
    const shown = shownFolders(folder, { path, origin, repository });
    const bound = [...copy.bound, objects, ...shown];
    // This sets `ctime` to the current time of the file system.
    chmodSync(copy.folder, 0o700);
    const madeAt = lstatSync(copy.folder).ctimeMs;
    return { ...copy, bound, madeAt, repository: { path, base, repository } };
  } finally {
    closeDesk(desk);
  }
}

export function deskFolder(state: string, name: string): string {
  return join(state, 'git', name);
}

/** The files of a commit or a tree, as they are stored: no filter converts them. */
export function checkOut(
  desk: Desk,
  tree: string,
  folder: string,
  index = join(desk.directory, 'checkout-index'),
): void {
  mkdirSync(folder, { recursive: true });
  const place = { ...desk, index, workTree: folder };
  git(place, ['read-tree', tree]);
  git(place, ['checkout-index', '--all', '--force', '-q', '-u']);
}

function makeGitFolder(
  folder: string,
  { refs, branch, base }: { readonly refs: string; readonly branch: string; readonly base: string },
): void {
  const repository = join(folder, '.git');
  makeEmptyClone(repository, 'Nocturne');
  const others = refs
    .split('\n')
    .filter((line) => line !== '' && !line.endsWith(` refs/heads/${branch}`));
  const packed = [...others, `${base} refs/heads/${branch}`].sort((a, b) =>
    a.slice(41) < b.slice(41) ? -1 : 1,
  );
  writeFileSync(join(repository, 'HEAD'), `ref: refs/heads/${branch}\n`);
  const sorted = `# pack-refs with: sorted \n${packed.join('\n')}\n`;
  writeFileSync(join(repository, 'packed-refs'), sorted);
}

/** Folders that the owner has and the tree has not. */
export function shownFolders(
  folder: string,
  {
    path,
    origin,
    repository,
  }: { readonly path: string; readonly origin: Origin; readonly repository: Repository },
): readonly BoundPath[] {
  const { workTree } = origin;
  if (workTree === undefined) return [];
  const usable = repository.shown.filter((name) => {
    const source = lstatSync(join(workTree, name), { throwIfNoEntry: false });
    const isPlain = !name.split('/').some((part) => ['', '.', '..', '.git'].includes(part));
    return isPlain && source?.isDirectory() === true && !existsSync(join(folder, name));
  });
  return usable.map((name) => {
    mkdirSync(join(folder, name), { recursive: true });
    return { path: `${path}/${name}`, source: join(workTree, name), isWritable: false };
  });
}

/** `release`: once a ref names it. */
type Base = { readonly base: string; readonly release: () => void };

/** Where the attempt begins: a commit of the owner's, or one of what is not committed yet. */
function baseOf(desk: Desk, { repository, now }: CloneRequest): Base {
  const { origin } = desk;
  const { head } = headsNow(origin, repository);
  const asItIs = { base: head, release: (): void => undefined };
  const { workTree } = origin;
  if (!repository.uncommitted || workTree === undefined) return asItIs;
  const own = refValue(origin, 'HEAD');
  if (own === undefined) return asItIs;
  const tree = treeEntries(desk, own);
  const changes = folderChanges(desk, workTree, {
    tree,
    skipped: new Set(repository.shown),
  }).filter(({ kind, isIgnored }) => ['added', 'changed', 'deleted'].includes(kind) && !isIgnored);
  if (changes.length === 0) return asItIs;
  const present = changes.filter(({ kind }) => kind !== 'deleted');
  const ids = addFiles(
    desk,
    present.map(({ path }) => join(workTree, path)),
  );
  const put = present.map(({ path, after }, i) => ({
    path,
    mode: after?.mode ?? '',
    id: ids[i] ?? '',
  }));
  const gone = changes
    .filter(({ kind }) => kind === 'deleted')
    .map(({ path }) => ({ path, mode: '', id: '' }));
  const theirs = changedTree(desk, own, [...gone, ...put]);
  const merged = mergeTrees(desk, { base: treeOf(desk, own), ours: treeOf(desk, head), theirs });
  if (merged.kind === 'conflict')
    throw new NocturneError(
      'CONFIG',
      `what you have not committed in ${repository.path} does not fit to ${branchOf(repository)}: ${merged.paths.join(', ')}`,
      { file: REPOSITORIES_PAGE, hint: 'commit it, or set `uncommitted` to no' },
    );
  const message = 'What the owner had not committed\n';
  const base = makeCommit(desk, { tree: merged.tree, parents: [head], message, now });
  return { base, release: addObjects(origin, packOf(desk, base, [head])) };
}
