/**
 * After the agent: every difference is attributed, judged by the guard, and undone if it was not
 * allowed. The last line, always drawn.
 */
import { isIncomingMessage, isUnfinishedMessage } from '../../governance/incoming-message-path.js';
import { scan } from '../../markdown/scan.js';
import { readRecords } from '../../markdown/read-records.js';
import { fieldText } from '../../project/field-text.js';
import { rowsOfRun } from '../../project/recent-rows.js';
import { readCommitRecord } from '../../workspace/commit-record.js';
import { openingIn } from '../../workspace/log-records.js';
import { isLongLog } from '../../workspace/log-windows.js';
import { isFree } from '../../registry/route.js';
import { within } from '../../workspace/root-descriptor.js';
import { assertRoot } from '../../workspace/pinned-root.js';
import { restoreStore } from '../../workspace/restore-store.js';
import { overlay } from '../../workspace/overlay.js';
import { walk } from '../../workspace/walk.js';
import type { FileEntry, Snapshot, Workspace } from '../../workspace/types.js';
import type { BroughtCommits } from '../copy/bring-commits-home.js';
import {
  type Checked,
  checkDifferences,
  linksOf,
  type PassWithBaseline,
  textual,
} from './check-differences.js';
import {
  bytesOf,
  committedContents,
  contentBefore,
  type Difference,
  differences,
  type Expected,
  type Tree,
} from './differences.js';
import { type Examined, type OpenedTree, type PendingChanges, refusalOf } from './examined.js';
import { restore, restoreAll } from './restore.js';
import { baselineSnapshot } from './baseline-snapshot.js';
import { missingFolders, openFolders, restoreFolders } from './folders.js';
import { keepEarlier, type Unattributed } from './keep-earlier.js';
import { excess, passLimits, touchedPaths } from './limits.js';
import { mayBeOwnersFolder, refusedPaths, unattributed } from './unattributed.js';
import type { Undone } from '../types.js';

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

/** Makes a workspace that an agent has closed readable again. */
function openTree(workspace: Workspace, data: PassWithBaseline): OpenedTree {
  const store = restoreStore(workspace);
  return { store, opened: openFolders(workspace.root, data.baseline, folderRule(workspace, data)) };
}

function reconcileFiles(workspace: Workspace, data: PassWithBaseline): Reconciliation {
  const now = walk(workspace.root);
  const expected = committedContents(workspace, data);
  const flood = floodOf(workspace, data, { now, expected });
  if (flood !== undefined) return { ...NOTHING_RECONCILED, undone: [flood] };
  return judged(workspace, data, { tree: { now, expected }, undo: true });
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
  const tree = { now: walk(workspace.root), expected: committedContents(workspace, data) };
  return judged(workspace, data, { tree, undo: false });
}

/** What the guard was asked and refused: by rows that Nocturne wrote, not by the log on disk. */
function refusedIn(
  workspace: Workspace,
  { runId, baseline }: PassWithBaseline,
  begun: Snapshot,
): readonly string[] {
  const spec = begun.schema.objects.get('AUDIT');
  if (spec === undefined || !isLongLog(begun, spec.glob))
    return refusedPaths(rowsOfRun(begun, 'AUDIT', runId));
  const appended = readCommitRecord(workspace.state, runId).flatMap((record) =>
    record.kind === 'append' && record.path === spec.glob ? [record.appended] : [],
  );
  const content = contentBefore(workspace, { path: spec.glob, baseline, expected: new Map() });
  const [first = Buffer.alloc(0)] = content?.chunks() ?? [];
  const rows = appended.map((text) => Buffer.from(text, 'base64').toString());
  const text = `${openingIn(first)}${rows.join('')}`;
  return refusedPaths(
    readRecords(scan(text), spec.glob, spec).records.filter(
      (row) => fieldText(row, 'run_id') === runId,
    ),
  );
}

/** Undoes what was not allowed. What is left alone stands while the others are judged. */
function judged(
  workspace: Workspace,
  data: PassWithBaseline,
  { tree, undo }: { readonly tree: Pick<Tree, 'now' | 'expected'>; readonly undo: boolean },
): Reconciliation {
  const { arrived, changed, left, before } = attributed(workspace, data, tree);
  if (changed.length + left.length === 0) return { ...NOTHING_RECONCILED, arrived };
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
    undone: undo ? undone(workspace, data, refused) : [],
  };
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

type Attributed = {
  readonly arrived: readonly Difference[];
  /** The agent's. `before`: what they are judged against. */
  readonly changed: readonly Difference[];
  readonly before: Snapshot;
  /** Those that may be the owner's. */
  readonly left: readonly Difference[];
};

function attributed(
  workspace: Workspace,
  data: PassWithBaseline,
  { now, expected }: Pick<Tree, 'now' | 'expected'>,
): Attributed {
  const { arrived, changed } = changesIn(workspace, data, { now, expected });
  const before = baselineSnapshot(workspace, data.baseline);
  if (changed.length === 0) return { arrived, changed, before, left: [] };
  const begun = overlay(
    before,
    bytesOf(expected, (path) => isLongLog(before, path)),
  );
  const called = new Set([...expected.keys(), ...refusedIn(workspace, data, begun)]);
  const left = unattributed({ ...data, before: begun, home: workspace.home, called }, changed, {
    now,
    linksOf: (path) => linksOf(workspace, path),
  });
  const stays = new Set(left);
  const records = left.filter(({ path }) => begun.objectsOf(path).length > 0);
  return {
    arrived,
    changed: changed.filter((difference) => !stays.has(difference)),
    before: overlay(begun, new Map(records.map(({ path, after }) => [path, textual(after)]))),
    left,
  };
}

/** What the agent of a pass in place has changed, for the rules. Undoes nothing. */
export function changesInPlace(workspace: Workspace, data: PassWithBaseline): PendingChanges {
  assertRoot(workspace.root);
  const opened = openTree(workspace, data);
  const tree = { now: walk(workspace.root), expected: committedContents(workspace, data) };
  const { changed, before } = attributed(workspace, data, tree);
  return {
    opened,
    changed,
    refused: () => checkDifferences(workspace, data, { before, changed }).refused,
  };
}

function changesIn(
  workspace: Workspace,
  data: PassWithBaseline,
  tree: Pick<Tree, 'now' | 'expected'>,
): { readonly arrived: readonly Difference[]; readonly changed: readonly Difference[] } {
  const { baseline } = data;
  const arrived: Difference[] = [];
  const changed: Difference[] = [];
  const place = (path: string): string => within(workspace.root, path);
  for (const difference of differences(workspace, { baseline, ...tree, place })) {
    if (isFreeBefore(workspace, data, difference.path)) continue;
    if (
      isUnfinishedMessage(difference.path) &&
      difference.kind !== 'link' &&
      difference.kind !== 'special'
    )
      continue;
    const isArrival =
      difference.kind === 'added' &&
      isIncomingMessage(difference.path) &&
      linksOf(workspace, difference.path) === 1;
    (isArrival ? arrived : changed).push(difference);
  }
  return { arrived, changed };
}

function undone(
  workspace: Workspace,
  { runId }: PassWithBaseline,
  refused: ReturnType<typeof checkDifferences>['refused'],
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

/** Whether other permissions of a folder, or its absence, may be the owner's. */
function folderRule(workspace: Workspace, data: PassWithBaseline): (folder: string) => boolean {
  let rule: ((folder: string) => boolean) | undefined;
  return (folder) => {
    const before = baselineSnapshot(workspace, data.baseline);
    rule ??= mayBeOwnersFolder({ ...data, before, called: new Set() }, data.baseline);
    return rule(folder);
  };
}

/** Undoes everything together if it is too much to judge. */
function floodOf(
  workspace: Workspace,
  data: PassWithBaseline,
  { now, expected }: Pick<Tree, 'now' | 'expected'>,
): Undone | undefined {
  const paths = touchedPaths(data.baseline, now).filter(
    (path) => !isExpected(expected, path, now) && !isFreeBefore(workspace, data, path),
  );
  const limits = passLimits(baselineSnapshot(workspace, data.baseline));
  const why = excess(workspace, { ...data, limits }, { paths, now });
  if (why === undefined) return undefined;
  const [first, ...others] = restoreAll(workspace, data, { paths, expected });
  if (first === undefined) return { path: '.', code: 'too-much', why, kept: undefined };
  const left = `${first[0]} could not be undone: ${first[1]}`;
  const more = others.length === 0 ? '' : `; nor could ${others.length} others`;
  return { path: '.', code: NOT_UNDONE, why: `${why}. ${left}${more}`, kept: undefined };
}

/** What Nocturne's own commits left, as far as can be seen without reading it. */
function isExpected(
  expected: Expected,
  path: string,
  now: ReadonlyMap<string, FileEntry>,
): boolean {
  const entry = now.get(path);
  return expected.has(path) && expected.get(path)?.size === entry?.size;
}

/** By the registry that the agent found, whatever it made of it. */
function isFreeBefore(workspace: Workspace, { baseline }: PassWithBaseline, path: string): boolean {
  return isFree(baselineSnapshot(workspace, baseline).schema, path);
}
