/**
 * Undoing: differences that a pass was not allowed to make go back to what was there, and the
 * version it left is kept.
 */
import { messageOf } from '../../kernel/error.js';
import { existsSync } from '../../kernel/files.js';
import type { StoredEntry } from '../../workspace/snapshot-tree.js';
import { restoreFiles } from '../../workspace/restore.js';
import { within } from '../../workspace/root-descriptor.js';
import type { Workspace } from '../../workspace/types.js';
import type { Content } from './content.js';
import { keptDirectory } from './kept-directory.js';
import { notePendingUndo } from './pending-undo.js';
import {
  type BaselineOfPass,
  contentBefore,
  type Difference,
  type Expected,
} from './differences.js';

/** `kept`: where the version that was undone is, except for a deletion. `failed`: why, by path. */
export type Restored = {
  readonly kept: ReadonlyMap<string, string>;
  readonly failed: ReadonlyMap<string, string>;
};

/** Restores each difference that can be restored. */
export function restore(
  workspace: Workspace,
  runId: string,
  found: readonly Difference[],
): Restored {
  if (found.length === 0) return { kept: new Map(), failed: new Map() };
  const failed = putBack(
    workspace,
    runId,
    found.map(({ path, before, mode, target }) => ({
      path,
      before,
      entry: wantedEntry({ before, mode, target }),
    })),
  );
  const kept = found
    .filter((difference) => difference.after !== undefined && difference.kind !== 'mode')
    .map((difference) => difference.path);
  const places = new Map(
    kept
      .map((path) => [path, `${keptDirectory(runId)}/${path}`] as const)
      .filter(([, place]) => existsSync(within(workspace.root, place))),
  );
  return { kept: places, failed };
}

/**
 * Restores paths to what they should hold, without looking at what they hold.
 * @returns why some could not be restored, by path.
 */
export function restoreAll(
  workspace: Workspace,
  { runId, baseline }: BaselineOfPass,
  { paths, expected }: { readonly paths: readonly string[]; readonly expected: Expected },
): ReadonlyMap<string, string> {
  const wanted = paths.map((path) => {
    const target = baseline.links[path];
    const mode = baseline.files[path]?.mode;
    const before = contentBefore(workspace, { path, baseline, expected });
    return { path, before, entry: wantedEntry({ before, mode, target }) };
  });
  return putBack(workspace, runId, wanted);
}

/** `before`: what has to be put into the store first. */
type Wanted = {
  readonly path: string;
  readonly before: Content | undefined;
  readonly entry: StoredEntry | undefined;
};

/** Restores what can be restored, and notes the rest. @returns why it could not be, by path. */
function putBack(
  workspace: Workspace,
  runId: string,
  wanted: readonly Wanted[],
): ReadonlyMap<string, string> {
  const failed = new Map<string, string>();
  const onFailure = (path: string, error: unknown): void => void failed.set(path, messageOf(error));
  for (const { path, before } of wanted)
    try {
      before?.store();
    } catch (error) {
      onFailure(path, error);
    }
  const ready = wanted.filter(({ path }) => !failed.has(path));
  restoreFiles(
    workspace.root,
    ready.map(({ path, entry }) => [path, entry] as const),
    { keepIn: keptDirectory(runId), onFailure },
  );
  notePendingUndo(
    workspace,
    runId,
    wanted.filter(({ path }) => failed.has(path)).map(({ path, entry }) => [path, entry] as const),
  );
  return failed;
}

function wantedEntry({
  before,
  mode,
  target,
}: {
  readonly before: Content | undefined;
  readonly mode: number | undefined;
  readonly target: string | undefined;
}): StoredEntry | undefined {
  if (target !== undefined) return { kind: 'symlink', hash: '', mode: 0o777, target };
  return before === undefined
    ? undefined
    : { kind: 'file', hash: before.hash, mode: mode ?? 0o644 };
}
