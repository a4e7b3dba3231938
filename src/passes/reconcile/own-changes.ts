/** Which changes of a workspace, in which an agent worked in place, are the agent's. */
import { isIncomingMessage, isUnfinishedMessage } from '../../governance/incoming-message-path.js';
import { readRecords } from '../../markdown/read-records.js';
import { scan } from '../../markdown/scan.js';
import type { Rec } from '../../markdown/types.js';
import { fieldText } from '../../project/field-text.js';
import { rowsOfRun } from '../../project/recent-rows.js';
import { isFree } from '../../registry/route.js';
import { readCommitRecord } from '../../workspace/commit-record.js';
import { openingIn } from '../../workspace/log-records.js';
import { isLongLog } from '../../workspace/log-windows.js';
import { overlay } from '../../workspace/overlay.js';
import { within } from '../../workspace/root-descriptor.js';
import type { Snapshot, Workspace } from '../../workspace/types.js';
import { walk } from '../../workspace/walk.js';
import { agentWrites } from '../agent-writes.js';
import { baselineSnapshot } from './baseline-snapshot.js';
import { linksOf, type PassWithBaseline, textual } from './check-differences.js';
import {
  bytesOf,
  committedContents,
  contentBefore,
  type Difference,
  differences,
  type Expected,
  type Tree,
} from './differences.js';
import { refusedPaths, unattributed } from './unattributed.js';

/** A workspace as it is now, and as it should be by Nocturne's own commits. */
export type PresentTree = Pick<Tree, 'now' | 'expected'>;

export function presentTree(workspace: Workspace, data: PassWithBaseline): PresentTree {
  return { now: walk(workspace.root), expected: committedContents(workspace, data) };
}

type Attributed = {
  readonly arrived: readonly Difference[];
  /** The agent's. `before`: what they are judged against. */
  readonly changed: readonly Difference[];
  readonly before: Snapshot;
  /** Those that may be the owner's. */
  readonly left: readonly Difference[];
  /** What is committed already. */
  readonly tooled: readonly Difference[];
};

export function attributed(
  workspace: Workspace,
  data: PassWithBaseline,
  { now, expected }: PresentTree,
): Attributed {
  const { arrived, changed } = changesIn(workspace, data, { now, expected });
  const before = baselineSnapshot(workspace, data.baseline);
  const begun = withCommits(before, expected);
  const rows = ownRows(workspace, data, begun);
  const tooled = toolWrites(workspace, data, { rows, expected });
  if (changed.length === 0) return { arrived, changed, before, left: [], tooled };
  const called = new Set([...expected.keys(), ...refusedPaths(rows)]);
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
    tooled,
  };
}

/** Before the agent began, with what Nocturne has committed since. */
function withCommits(before: Snapshot, expected: Expected): Snapshot {
  return overlay(
    before,
    bytesOf(expected, (path) => isLongLog(before, path)),
  );
}

/** As `tooled`, where nothing else is judged. */
export function writtenByTools(
  workspace: Workspace,
  data: PassWithBaseline,
  expected: Expected,
): readonly Difference[] {
  const begun = withCommits(baselineSnapshot(workspace, data.baseline), expected);
  return toolWrites(workspace, data, { rows: ownRows(workspace, data, begun), expected });
}

/** What the agent wrote through tools: it was judged by the guard, and committed at once. */
function toolWrites(
  workspace: Workspace,
  { baseline }: PassWithBaseline,
  { rows, expected }: { readonly rows: readonly Rec[]; readonly expected: Expected },
): readonly Difference[] {
  return [...agentWrites(rows)].flatMap((path): readonly Difference[] => {
    const before = contentBefore(workspace, { path, baseline, expected: new Map() });
    const after = expected.get(path);
    if (!expected.has(path) || before?.hash === after?.hash) return [];
    const mode = baseline.files[path]?.mode;
    return [{ path, kind: before === undefined ? 'added' : 'changed', before, after, mode }];
  });
}

/** The rows of the pass that Nocturne wrote, whatever the log on the disk says. */
function ownRows(
  workspace: Workspace,
  { runId, baseline }: PassWithBaseline,
  begun: Snapshot,
): readonly Rec[] {
  const spec = begun.schema.objects.get('AUDIT');
  if (spec === undefined || !isLongLog(begun, spec.glob)) return rowsOfRun(begun, 'AUDIT', runId);
  const appended = readCommitRecord(workspace.state, runId).flatMap((record) =>
    record.kind === 'append' && record.path === spec.glob ? [record.appended] : [],
  );
  const content = contentBefore(workspace, { path: spec.glob, baseline, expected: new Map() });
  const [first = Buffer.alloc(0)] = content?.chunks() ?? [];
  const rows = appended.map((text) => Buffer.from(text, 'base64').toString());
  const text = `${openingIn(first)}${rows.join('')}`;
  return readRecords(scan(text), spec.glob, spec).records.filter(
    (row) => fieldText(row, 'run_id') === runId,
  );
}

function changesIn(
  workspace: Workspace,
  data: PassWithBaseline,
  tree: PresentTree,
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

/** By the registry that the agent found, whatever it made of it. */
export function isFreeBefore(
  workspace: Workspace,
  { baseline }: PassWithBaseline,
  path: string,
): boolean {
  return isFree(baselineSnapshot(workspace, baseline).schema, path);
}
