/** Carries out a setup plan: copies every file that changes, then makes all changes or none. */
import { lstatSync, renameSync, unlinkSync } from '../kernel/files.js';
import { join } from 'node:path';
import { syncDirectory } from '../workspace/durable.js';
import { transact } from '../workspace/journal.js';
import { hashAt } from '../workspace/observe.js';
import type { StorageOp } from '../workspace/storage-types.js';
import type { SetupPlan } from './setup-plan.js';

type Place = { readonly root: string; readonly state: string };

/**
 * Returns the paths that were written. A crash between the two leaves the directory unchanged
 * except for the copies.
 */
export function carryOutPlan({ root, state }: Place, plan: SetupPlan): readonly string[] {
  const meta = { runId: '', byOwner: true, reason: 'set up' };
  for (const [from, to] of plan.renames) renameSync(join(root, from), join(root, to));
  if (plan.renames.size > 0) syncDirectory(root);
  const backups = [...plan.backups].map(
    ([path, content]): StorageOp => ({
      kind: 'write',
      path,
      content,
      before: hashAt(join(root, path)),
    }),
  );
  if (backups.length > 0) transact(root, state, backups, meta);
  for (const path of plan.files.keys()) removeLink(root, path);
  const changes = [...plan.files].flatMap(([path, content]): StorageOp[] => {
    const before = hashAt(join(root, path));
    if (content !== undefined)
      return [{ kind: 'write', path, content: Buffer.from(content), before }];
    return before === undefined ? [] : [{ kind: 'delete', path, before }];
  });
  transact(root, state, changes, meta);
  return [...plan.files].filter(([, content]) => content !== undefined).map(([path]) => path);
}

/** Nocturne never writes through a link. Its target stays, and is in the copies. */
function removeLink(root: string, path: string): void {
  const absolute = join(root, path);
  if (lstatSync(absolute, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return;
  unlinkSync(absolute);
  syncDirectory(join(absolute, '..'));
}
