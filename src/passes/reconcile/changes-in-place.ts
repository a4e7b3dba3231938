/** What the agent of a pass in place has changed, for the rules. */
import { restoreStore } from '../../workspace/restore-store.js';
import { assertRoot } from '../../workspace/pinned-root.js';
import type { Workspace } from '../../workspace/types.js';
import { baselineSnapshot } from './baseline-snapshot.js';
import { checkDifferences, type PassWithBaseline } from './check-differences.js';
import type { OpenedTree, PendingChanges } from './examined.js';
import { floodOf } from './flood.js';
import { openFolders } from './folders.js';
import { attributed, presentTree, writtenByTools } from './own-changes.js';
import { mayBeOwnersFolder } from './unattributed.js';

/** Undoes nothing. Of a flood, which is undone in any case, only what tools have committed. */
export function changesInPlace(workspace: Workspace, data: PassWithBaseline): PendingChanges {
  const tree = presentTree(workspace, data);
  if (floodOf(workspace, data, tree) !== undefined) {
    const tooled = writtenByTools(workspace, data, tree.expected);
    return { changed: [], tooled, refused: () => [] };
  }
  const { changed, before, tooled } = attributed(workspace, data, tree);
  return {
    changed,
    tooled,
    refused: () => checkDifferences(workspace, data, { before, changed }).refused,
  };
}

/** Makes a workspace that an agent has closed readable again, and `.nocturne` sound. */
export function openTree(workspace: Workspace, data: PassWithBaseline): OpenedTree {
  assertRoot(workspace.root);
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
