/**
 * The merge queue of a repository: one kept attempt at a time is merged onto the branch as it is,
 * what comes out is tested, and only then the branch moves.
 */
import { showControl } from '../../kernel/show-control.js';
import { type Conflict, conflictOf } from './conflict.js';
import { checkOut, deskFolder } from './clone-for-attempt.js';
import { closeDesk, type Desk, makeCommit, mergeTrees, openDesk, packOf, treeOf } from './desk.js';
import { gitText } from './disarmed-git.js';
import { attemptMark } from './keep-attempt.js';
import {
  addObjects,
  branchRef,
  dropRunRef,
  headsNow,
  isCheckedOut,
  moveRefPatiently,
  openOrigin,
  type Origin,
  refValue,
  runRef,
} from './origin.js';
import { branchOf, type Repository } from './repository-record.js';

export type MergeRequest = {
  readonly state: string;
  readonly repository: Repository;
  /** Of the attempt that was kept. */
  readonly runId: string;
  /** The first line of the commit's message. */
  readonly title: string;
  /** The step, or another name that the owner knows. */
  readonly subject: string;
  readonly now: Date;
  /** Tests a checkout of the merged tree. Returns why it is not good; nothing if it is. */
  readonly check: (merged: Checkout) => Promise<string | undefined>;
};
export type Checkout = {
  /** Git's name of the whole tree. */
  readonly tree: string;
  /** Writes its files into a folder. */
  readonly into: (folder: string) => void;
};

/** `why`: one sentence. */
export type MergeResult =
  | { readonly kind: 'merged'; readonly commit: string; readonly branch: string }
  | ({ readonly kind: 'conflict' } & Conflict)
  | { readonly kind: 'red'; readonly why: string }
  /** There is nothing to merge, or the branch has it. */
  | { readonly kind: 'unchanged'; readonly why: string }
  /** The owner has to do something first. */
  | { readonly kind: 'refused'; readonly why: string };

/** How often another process may be faster. */
const MOST_TRIES = 8;

/**
 * Safe to call again after a crash at any moment: a change is never merged twice.
 * @throws NocturneError `CONFIG` if the repository is not there any more.
 */
export async function mergeAttempt(request: MergeRequest): Promise<MergeResult> {
  const { state, repository, runId } = request;
  const origin = openOrigin(repository);
  const desk = openDesk(origin, deskFolder(state, `${runId}.merge`));
  try {
    for (let attempt = 0; attempt < MOST_TRIES; attempt++) {
      const result = await tryMerge(desk, request);
      if (result !== undefined) return result;
    }
    return {
      kind: 'refused',
      why: `${branchOf(repository)} could not be moved: something else moves or locks it.`,
    };
  } finally {
    closeDesk(desk);
  }
}

/** `undefined`: the branch moved. */
async function tryMerge(desk: Desk, request: MergeRequest): Promise<MergeResult | undefined> {
  const { repository, runId, now, check } = request;
  const { origin } = desk;
  const branch = branchOf(repository);
  const { head, branch: old } = headsNow(origin, repository);
  const earlier = mergedBefore(desk, runId, head);
  if (earlier !== undefined) return merged(origin, request, earlier);
  if (isCheckedOut(origin, branchRef(repository)))
    return {
      kind: 'refused',
      why: `You have checked out ${branch}; check out another branch first.`,
    };
  const attempt = keptAttempt(desk, runId);
  if (attempt === undefined) return { kind: 'unchanged', why: 'The attempt changed nothing.' };
  const ours = treeOf(desk, head);
  const result = mergeTrees(desk, { base: attempt.base, ours, theirs: attempt.tree });
  if (result.kind === 'conflict') return { kind: 'conflict', ...conflictOf(desk, result) };
  const { tree } = result;
  if (tree === ours) return { kind: 'unchanged', why: `${branch} has all of it.` };
  const why = await check({ tree, into: (folder) => checkOut(desk, tree, folder) });
  if (why !== undefined) return { kind: 'red', why };
  const commit = makeCommit(desk, { tree, parents: [head], message: messageOf(request), now });
  const release = addObjects(origin, packOf(desk, commit, [head]));
  try {
    if (!(await moveRefPatiently(origin, branchRef(repository), { old, value: commit })))
      return blocked(desk, request, old);
  } finally {
    release();
  }
  return merged(origin, request, commit);
}

function merged(origin: Origin, { repository, runId }: MergeRequest, commit: string): MergeResult {
  dropRunRef(origin, runId);
  return { kind: 'merged', commit, branch: branchOf(repository) };
}

/** A branch `nocturne` leaves no room for `nocturne/x`. */
function blocked(
  { origin }: Desk,
  { repository }: MergeRequest,
  old: string | undefined,
): MergeResult | undefined {
  if (refValue(origin, branchRef(repository)) !== old) return undefined;
  const inTheWay = refValue(origin, 'refs/heads/nocturne');
  return inTheWay === undefined
    ? undefined
    : { kind: 'refused', why: 'Your branch `nocturne` is in the way; rename it first.' };
}

const TRAILER = 'Nocturne-Attempt';
/** Commits of the branch that are looked at. */
const MOST_COMMITS = 5000;

function messageOf({ title, subject, runId }: MergeRequest): string {
  const line = (text: string): string => showControl(text).replaceAll('\n', ' ').trim();
  return `${line(title) || line(subject)}\n\n${TRAILER}: ${runId}\nNocturne-Work: ${line(subject)}\n`;
}

/** The commit that merged this attempt. */
function mergedBefore(desk: Desk, runId: string, head: string): string | undefined {
  const listed = gitText(desk, [
    'log',
    '-z',
    `--max-count=${MOST_COMMITS}`,
    '--fixed-strings',
    `--grep=${TRAILER}: ${runId}`,
    `--format=%H %(trailers:key=${TRAILER},valueonly,separator=%x2C)`,
    head,
    '--',
  ]);
  const found = listed.split('\0').map((line) => line.split(' '));
  return found.find(([, run]) => run === runId)?.[0];
}

type Kept = { readonly base: string; readonly tree: string };

/** Both are trees. `undefined`: its ref is gone, or it was never more than where it began. */
function keptAttempt(desk: Desk, runId: string): Kept | undefined {
  const commit = refValue(desk.origin, runRef(runId));
  if (commit === undefined) return undefined;
  const listed = gitText(desk, ['log', '-2', '--first-parent', '--format=%T %s', commit, '--']);
  const [own = '', base = ''] = listed.split('\n');
  const [tree, parent] = [own.slice(0, 40), base.slice(0, 40)];
  return own === `${tree} ${attemptMark(runId)}` ? { base: parent, tree } : undefined;
}
