/**
 * After the agent: every difference is attributed, judged by the guard, and undone if it was not
 * allowed. The last line, always drawn.
 */
import { assertRoot } from '../../workspace/pinned-root.js';
import type { Workspace } from '../../workspace/types.js';
import type { BroughtCommits } from '../copy/bring-commits-home.js';
import type { Undone } from '../types.js';
import { folderRule, openTree } from './changes-in-place.js';
import { type Checked, checkDifferences, type PassWithBaseline } from './check-differences.js';
import type { Difference } from './differences.js';
import { type Examined, refusalOf } from './examined.js';
import { type Flood, floodOf } from './flood.js';
import { missingFolders, restoreFolders } from './folders.js';
import { keepEarlier, type Unattributed } from './keep-earlier.js';
import { attributed, type PresentTree, presentTree, writtenByTools } from './own-changes.js';
import { restore, restoreAll } from './restore.js';

/**
 * `arrived`: messages that have appeared in the inbox since. A channel dropped them, or the agent
 * wrote them: they stay, and are asked about.
 */
export type Reconciliation = {
  readonly accepted: readonly Difference[];
  readonly undone: readonly Undone[];
  readonly arrived: readonly Difference[];
  /** Files that the owner changed as well: theirs stays, the pass's version is kept. */
  readonly conflicts: readonly Undone[];
  /** In place: changes that may be the owner's. They stay. */
  readonly unattributed: readonly Unattributed[];
  /** In place: what tools had committed and a rule blocks. It is undone, and not yet on record. */
  readonly takenBack?: readonly Difference[];
  /** What the agent committed in the repository of its project. */
  readonly commits?: BroughtCommits | undefined;
};

/** The code of a change that is still there. */
export const NOT_UNDONE = 'not-undone';

export const NOTHING_RECONCILED: Reconciliation = {
  accepted: [],
  undone: [],
  arrived: [],
  conflicts: [],
  unattributed: [],
};

/**
 * Judges and restores; what was accepted still has to be recorded (a commit that adopts it).
 * @param storeLost called after `.nocturne` was made again, with whose lock the claim of the pass
 * went.
 */
export function reconcile(
  workspace: Workspace,
  data: PassWithBaseline,
  storeLost: () => void = () => undefined,
): Reconciliation {
  const { root } = workspace;
  assertRoot(root);
  const { store, opened } = data.examined?.opened ?? openTree(workspace, data);
  if (store?.isLost === true) storeLost();
  const missing = missingFolders(root, data.baseline, folderRule(workspace, data));
  const found = reconcileFiles(workspace, data);
  const lost = store && { path: '.nocturne/', code: 'store-lost', why: store.why, kept: undefined };
  return {
    ...found,
    undone: [
      ...(lost === undefined ? [] : [lost]),
      ...opened,
      ...found.undone,
      ...restoreFolders(root, missing, data.baseline),
    ],
  };
}

function reconcileFiles(workspace: Workspace, data: PassWithBaseline): Reconciliation {
  const tree = presentTree(workspace, data);
  const flood = floodOf(workspace, data, tree);
  if (flood === undefined) return judged(workspace, data, { tree, undo: true });
  const undoneFlood = undoFlood(workspace, data, { flood, expected: tree.expected });
  const taken = takenBack(data.examined, writtenByTools(workspace, data, tree.expected));
  return {
    ...NOTHING_RECONCILED,
    undone: [undoneFlood, ...undone(workspace, data, taken)],
    takenBack: taken.map(reversed),
  };
}

/**
 * What still has to be recorded of a pass whose changes were undone before. Whatever else is
 * different by now is not the pass's, and stays.
 */
export function unrecordedDifferences(
  workspace: Workspace,
  data: PassWithBaseline,
): Reconciliation {
  assertRoot(workspace.root);
  return judged(workspace, data, { tree: presentTree(workspace, data), undo: false });
}

/** Undoes what was not allowed. What is left alone stands while the others are judged. */
function judged(
  workspace: Workspace,
  data: PassWithBaseline,
  { tree, undo }: { readonly tree: PresentTree; readonly undo: boolean },
): Reconciliation {
  const { arrived, changed, left, before, tooled } = attributed(workspace, data, tree);
  const taken = undo ? takenBack(data.examined, tooled) : [];
  if (changed.length + left.length + taken.length === 0) return { ...NOTHING_RECONCILED, arrived };
  const { accepted, refused } = byRules(
    data.examined,
    checkDifferences(workspace, data, { before, changed }),
  );
  const known = new Set(data.unattributed);
  return {
    accepted,
    arrived,
    conflicts: [],
    unattributed: left
      .filter(({ path }) => !known.has(path))
      .map((difference) => keepEarlier(workspace, data.runId, difference)),
    undone: undo ? undone(workspace, data, [...refused, ...taken]) : [],
    takenBack: taken.map(reversed),
  };
}

/** What a tool has committed already, where a rule blocks. */
function takenBack(
  examined: Examined | undefined,
  tooled: readonly Difference[],
): Checked['refused'] {
  const { blocked } = examined ?? {};
  return blocked === undefined ? [] : tooled.map((difference) => ({ difference, ...blocked }));
}

function reversed({ difference }: Checked['refused'][number]): Difference {
  return { ...difference, before: difference.after, after: difference.before };
}

/** What the guard allows and the rules do not is refused as well. */
function byRules(examined: Examined | undefined, { accepted, refused }: Checked): Checked {
  const verdicts = accepted.map((difference) => ({
    difference,
    refusal: refusalOf(examined, difference),
  }));
  return {
    accepted: verdicts.flatMap(({ difference, refusal }) =>
      refusal === undefined ? [difference] : [],
    ),
    refused: [
      ...refused,
      ...verdicts.flatMap(({ difference, refusal }) =>
        refusal === undefined ? [] : [{ difference, ...refusal }],
      ),
    ],
  };
}

function undone(
  workspace: Workspace,
  { runId }: PassWithBaseline,
  refused: Checked['refused'],
): readonly Undone[] {
  const { kept, failed } = restore(
    workspace,
    runId,
    refused.map((refusal) => refusal.difference),
  );
  return refused.map(({ difference: { path }, code, why }) => ({
    path,
    code: failed.has(path) ? NOT_UNDONE : code,
    why: failed.has(path) ? `${why}. It could not be undone: ${failed.get(path) ?? ''}` : why,
    kept: kept.get(path),
  }));
}

/** Everything together. */
function undoFlood(
  workspace: Workspace,
  data: PassWithBaseline,
  { flood, expected }: { readonly flood: Flood } & Pick<PresentTree, 'expected'>,
): Undone {
  const { why, paths } = flood;
  const [first, ...others] = restoreAll(workspace, data, { paths, expected });
  if (first === undefined) return { path: '.', code: 'too-much', why, kept: undefined };
  const left = `${first[0]} could not be undone: ${first[1]}`;
  const more = others.length === 0 ? '' : `; nor could ${others.length} others`;
  return { path: '.', code: NOT_UNDONE, why: `${why}. ${left}${more}`, kept: undefined };
}
