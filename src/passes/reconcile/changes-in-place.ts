/** What the agent of a pass in place has changed, for the rules. Undoes nothing. */
import { restoreStore } from '../../workspace/restore-store.js';
import { assertRoot } from '../../workspace/pinned-root.js';
import type { Workspace } from '../../workspace/types.js';
import { walk } from '../../workspace/walk.js';
import { baselineSnapshot } from './baseline-snapshot.js';
import { checkDifferences, type PassWithBaseline } from './check-differences.js';
import { committedContents } from './differences.js';
import type { OpenedTree, PendingChanges } from './examined.js';
import { openFolders } from './folders.js';
import { attributed } from './own-changes.js';
import { mayBeOwnersFolder } from './unattributed.js';

export function changesInPlace(workspace: Workspace, data: PassWithBaseline): PendingChanges {
  assertRoot(workspace.root);
  const opened = openTree(workspace, data);
  const tree = { now: walk(workspace.root), expected: committedContents(workspace, data) };
  const { changed, before, tooled } = attributed(workspace, data, tree);
  return {
    opened,
    changed,
    tooled,
    refused: () => checkDifferences(workspace, data, { before, changed }).refused,
  };
}

/** Makes a workspace that an agent has closed readable again. */
export function openTree(workspace: Workspace, data: PassWithBaseline): OpenedTree {
  const store = restoreStore(workspace);
  return { store, opened: openFolders(workspace.root, data.baseline, folderRule(workspace, data)) };
}

/** Whether other permissions of a folder, or its absence, may be the owner's. */
export function folderRule(
  workspace: Workspace,
  data: PassWithBaseline,
): (folder: string) => boolean {
  let rule: ((folder: string) => boolean) | undefined;
  return (folder) => {
    const before = baselineSnapshot(workspace, data.baseline);
    rule ??= mayBeOwnersFolder({ ...data, before, called: new Set() }, data.baseline);
    return rule(folder);
  };
}
