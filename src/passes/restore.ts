/** Undoing: differences that a pass was not allowed to make go back to what was there, and the version it left is kept. */
import { chmodSync, lstatSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sha256 } from '../kernel/hash.js';
import { transact } from '../workspace/journal.js';
import { withCommitMutex } from '../workspace/mutex.js';
import type { StorageOp } from '../workspace/storage-types.js';
import type { Workspace } from '../workspace/types.js';
import type { Difference } from './differences.js';

/** Where the undone versions of a run are kept, relative to the workspace. */
export function keptDirectory(runId: string): string {
  return `.nocturne/kept/${runId}`;
}

/** Restores each difference; returns where the version that was undone is kept (nothing for a deletion). */
export function restore(workspace: Workspace, runId: string, found: readonly Difference[]): ReadonlyMap<string, string> {
  const kept = new Map<string, string>();
  for (const difference of found) {
    if (difference.after === undefined || difference.kind === 'mode') continue;
    const place = `${keptDirectory(runId)}/${difference.path}`;
    mkdirSync(dirname(join(workspace.root, place)), { recursive: true, mode: 0o700 });
    writeFileSync(join(workspace.root, place), difference.after, { mode: 0o600 });
    kept.set(difference.path, place);
  }
  withCommitMutex(workspace.root, () => {
    for (const difference of found) if (difference.kind === 'link' || difference.kind === 'special') rmSync(join(workspace.root, difference.path), { force: true, recursive: true });
    const removed = found.filter((difference) => difference.before === undefined && difference.after !== undefined);
    if (removed.length > 0) transact(workspace.root, workspace.state, removed.map(removal), meta(runId));
    const written = found.filter((difference) => difference.before !== undefined && difference.kind !== 'mode');
    for (const difference of written) clearWay(workspace.root, difference.path);
    if (written.length > 0) transact(workspace.root, workspace.state, written.map(rewriting), meta(runId));
    for (const difference of found) if (difference.kind === 'mode' && difference.mode !== undefined) chmodSync(join(workspace.root, difference.path), difference.mode);
  });
  return kept;
}

function meta(runId: string): { runId: string; actor: string; reason: string } {
  return { runId, actor: 'nocturne', reason: 'undo what the pass was not allowed to change' };
}

function removal(difference: Difference): StorageOp {
  return { kind: 'delete', path: difference.path, before: sha256(difference.after ?? Buffer.alloc(0)) };
}

function rewriting(difference: Difference): StorageOp {
  const content = difference.before ?? Buffer.alloc(0);
  const before = difference.after === undefined ? undefined : sha256(difference.after);
  return { kind: 'write', path: difference.path, content, before, ...(difference.mode === undefined ? {} : { mode: difference.mode }) };
}

/** A file or link where a directory has to be stands in the way of what is restored below it. */
function clearWay(root: string, path: string): void {
  const parts = path.split('/').slice(0, -1);
  for (let i = 1; i <= parts.length; i++) {
    const directory = join(root, ...parts.slice(0, i));
    const found = lstatSync(directory, { throwIfNoEntry: false });
    if (found !== undefined && !found.isDirectory()) rmSync(directory, { force: true });
    if (found === undefined || !found.isDirectory()) mkdirSync(directory);
  }
}
