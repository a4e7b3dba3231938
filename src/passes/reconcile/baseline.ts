/**
 * The tree before an agent touches it: what every difference after the pass is measured against.
 * Contents go into the object store.
 */
import { snapshotTree } from '../../workspace/snapshot-tree.js';
import { keepReplicas } from '../../workspace/object-replicas.js';
import { isFree } from '../../registry/route.js';
import type { Schema } from '../../registry/types.js';
import type { Snapshot, Workspace } from '../../workspace/types.js';
import { passesAtWork } from '../pass-file.js';
import { folderModes } from './folders.js';
import type { Baseline } from '../types.js';

export function baselineOf(workspace: Workspace, snapshot: Snapshot): Baseline {
  const stored = snapshotTree(workspace.root, snapshot.files.values());
  const files: Record<string, Baseline['files'][string]> = {};
  const links: Record<string, string> = {};
  for (const entry of snapshot.files.values()) {
    const object = stored.get(entry.path);
    if (entry.kind === 'symlink') links[entry.path] = entry.target ?? '';
    else if (object !== undefined)
      files[entry.path] = {
        hash: object.hash,
        mode: entry.mode & 0o7777,
        size: entry.size,
        mtimeMs: entry.mtimeMs,
        ctimeMs: entry.ctimeMs,
      };
  }
  const others = passesAtWork(workspace.state).flatMap(({ baseline }) =>
    Object.values(baseline.files),
  );
  keepReplicas(
    workspace,
    [...Object.values(files), ...others].map((file) => file.hash),
  );
  return { files, links, folders: governedFolders(workspace.root, snapshot.schema) };
}

/** What the owner does with the folders of FREE files is not a difference. */
function governedFolders(root: string, schema: Schema): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(folderModes(root)).filter(([path]) => !isFree(schema, `${path}/-`)),
  );
}
