/**
 * What the owner has signed on a few pages, read again when one of them has changed: a walk through
 * a large workspace would hold up every message.
 */
import { MANIFEST_FILE } from '../../integrity/manifest.js';
import { notAsSigned } from '../../integrity/page-as-signed.js';
import { REGISTRY_FILE } from '../../registry/load-schema.js';
import { statText } from '../../workspace/file-stat.js';
import { openSnapshot } from '../../workspace/snapshot.js';
import type { FileEntry, Snapshot, Workspace } from '../../workspace/types.js';
import { entryAt } from '../../workspace/walk.js';

type Kept<Value> = {
  readonly paths: readonly string[];
  readonly state: string;
  readonly value: Value | undefined;
};

/** @param objects whose pages count. @returns nothing while one is not as signed. */
export function signedPages<Value>(
  workspace: Workspace,
  objects: readonly string[],
  read: (snapshot: Snapshot) => Value | undefined,
): () => Value | undefined {
  let kept: Kept<Value> | undefined;
  return () => {
    const { root, clock } = workspace;
    if (kept !== undefined && stateOf(root, kept.paths) === kept.state) return kept.value;
    const whole = workspace.snapshot();
    const pages = [REGISTRY_FILE, ...objects.flatMap((object) => whole.filesOf(object))];
    const paths = [...new Set([...pages, MANIFEST_FILE])].sort();
    const state = stateOf(root, paths);
    const entries = paths.flatMap((path): readonly (readonly [string, FileEntry])[] => {
      const entry = entryAt(root, path);
      return entry === undefined ? [] : [[path, entry]];
    });
    const snapshot = openSnapshot(root, { now: clock.now(), files: new Map(entries) });
    const isSigned = notAsSigned(workspace, snapshot, pages) === undefined;
    kept = { paths, state, value: isSigned ? read(snapshot) : undefined };
    return kept.value;
  };
}

function stateOf(root: string, paths: readonly string[]): string {
  return paths
    .map((path) => {
      const entry = entryAt(root, path);
      return entry === undefined ? '' : statText(entry);
    })
    .join();
}
