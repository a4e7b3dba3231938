/** The workspace as it was before the agent of a pass began, read from the object store. */
import { soundObject } from '../../workspace/object-replicas.js';
import { openSnapshot } from '../../workspace/snapshot.js';
import type { FileEntry, Snapshot, Workspace } from '../../workspace/types.js';
import type { Baseline } from '../types.js';

export function baselineSnapshot(workspace: Workspace, baseline: Baseline): Snapshot {
  const cached = opened.get(baseline);
  if (cached !== undefined) return cached;
  const snapshot = openBaseline(workspace, baseline);
  opened.set(baseline, snapshot);
  return snapshot;
}

/** A baseline never changes, and several steps after the agent ask it. */
const opened = new WeakMap<Baseline, Snapshot>();

function openBaseline(workspace: Workspace, baseline: Baseline): Snapshot {
  const files = new Map<string, FileEntry>();
  for (const [path, file] of Object.entries(baseline.files))
    files.set(path, {
      path,
      size: file.size,
      mtimeMs: file.mtimeMs,
      ctimeMs: file.ctimeMs,
      ino: 0,
      kind: 'file',
      links: 1,
      mode: file.mode,
    });
  for (const [path, target] of Object.entries(baseline.links))
    files.set(path, {
      path,
      size: 0,
      mtimeMs: 0,
      ctimeMs: 0,
      ino: 0,
      kind: 'symlink',
      target,
      links: 1,
      mode: 0o777,
    });
  return openSnapshot(workspace.root, {
    now: workspace.clock.now(),
    files,
    read: (path) => {
      const file = baseline.files[path];
      return file === undefined ? undefined : soundObject(workspace, file.hash);
    },
  });
}
