/**
 * Undoing: differences that a pass was not allowed to make go back to what was there, and the
 * version it left is kept.
 */
import { messageOf } from '../../kernel/error.js';
import { existsSync } from '../../kernel/files.js';
import type { StoredEntry } from '../../workspace/objects.js';
import { restoreFiles } from '../../workspace/restore.js';
import { within } from '../../workspace/root-descriptor.js';
import type { Workspace } from '../../workspace/types.js';
import type { Content } from './content.js';
import {
  type BaselineOfPass,
  contentBefore,
  type Difference,
  type Expected,
} from './differences.js';
import { defined } from '../../kernel/defined.js';

/** Where the undone versions of a run are kept, relative to the workspace. */
export function keptDirectory(runId: string): string {
  return `.nocturne/kept/${runId}`;
}

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
  const failed = new Map<string, string>();
  if (found.length === 0) return { kept: new Map(), failed };
  const onFailure = (path: string, error: unknown): void => void failed.set(path, messageOf(error));
  const stored = found.filter(
    ({ path, kind, before }) => kind === 'mode' || isStored(path, before, onFailure),
  );
  const wanted = stored.map((difference) => [difference.path, wantedState(difference)] as const);
  restoreFiles(workspace.root, wanted, { keepIn: keptDirectory(runId), onFailure });
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

/** Puts the content that is to be restored into the store. */
function isStored(
  path: string,
  before: Content | undefined,
  onFailure: (path: string, error: unknown) => void,
): boolean {
  try {
    before?.store();
    return true;
  } catch (error) {
    onFailure(path, error);
    return false;
  }
}

function wantedState({
  before,
  mode,
  target,
}: Pick<Difference, 'before' | 'mode' | 'target'>): StoredEntry | undefined {
  if (target !== undefined) return { kind: 'symlink', hash: '', mode: 0o777, target };
  return before === undefined
    ? undefined
    : { kind: 'file', hash: before.hash, mode: mode ?? 0o644 };
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
  const failed = new Map<string, string>();
  const onFailure = (path: string, error: unknown): void => void failed.set(path, messageOf(error));
  const wanted = paths.flatMap((path) => {
    const target = baseline.links[path];
    const mode = baseline.files[path]?.mode;
    const before = contentBefore(workspace, { path, baseline, expected });
    if (!isStored(path, before, onFailure)) return [];
    return [[path, wantedState({ before, mode, ...defined({ target }) })] as const];
  });
  restoreFiles(workspace.root, wanted, { keepIn: keptDirectory(runId), onFailure });
  return failed;
}
