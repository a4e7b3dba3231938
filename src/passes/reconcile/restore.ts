/**
 * Undoing: differences that a pass was not allowed to make go back to what was there, and the
 * version it left is kept.
 */
import { existsSync } from '../../kernel/files.js';
import type { StoredEntry } from '../../workspace/objects.js';
import { restoreFiles } from '../../workspace/restore.js';
import { within } from '../../workspace/root-descriptor.js';
import type { Workspace } from '../../workspace/types.js';
import type { Difference } from './differences.js';

/** Where the undone versions of a run are kept, relative to the workspace. */
export function keptDirectory(runId: string): string {
  return `.nocturne/kept/${runId}`;
}

/**
 * Restores each difference; returns where the version that was undone is kept (nothing for a
 * deletion).
 */
export function restore(
  workspace: Workspace,
  runId: string,
  found: readonly Difference[],
): ReadonlyMap<string, string> {
  if (found.length === 0) return new Map();
  for (const { kind, before } of found) if (kind !== 'mode') before?.store();
  const wanted = found.map((difference) => [difference.path, wantedState(difference)] as const);
  restoreFiles(workspace.root, wanted, { keepIn: keptDirectory(runId) });
  const kept = found
    .filter((difference) => difference.after !== undefined && difference.kind !== 'mode')
    .map((difference) => difference.path);
  return new Map(
    kept
      .map((path) => [path, `${keptDirectory(runId)}/${path}`] as const)
      .filter(([, place]) => existsSync(within(workspace.root, place))),
  );
}

function wantedState({ before, mode, target }: Difference): StoredEntry | undefined {
  if (target !== undefined) return { kind: 'symlink', hash: '', mode: 0o777, target };
  return before === undefined
    ? undefined
    : { kind: 'file', hash: before.hash, mode: mode ?? 0o644 };
}
