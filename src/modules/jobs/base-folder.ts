/** The folder of a job's files, inside or outside of the workspace, as conditions read it. */
import { homedir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { realpathSync, statSync } from '../../kernel/files.js';
import { isInside } from '../../kernel/is-inside.js';
import { openSnapshot } from '../../workspace/snapshot.js';
import type { Snapshot } from '../../workspace/types.js';

/** `folder`: of the job's files, relative to the root of `snapshot`; empty: the root. */
export type BaseFolder = {
  readonly path: string;
  readonly exists: boolean;
  readonly snapshot: Snapshot;
  readonly folder: string;
};

/**
 * Inside the workspace, its snapshot. Elsewhere, one of that folder, with the tables of the
 * workspace for queries.
 */
export function openBase(snapshot: Snapshot, base: string): BaseFolder {
  const path = realPath(absolute(snapshot.root, base));
  const exists = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  const root = realPath(snapshot.root);
  if (isInside(root, path)) return { path, exists, snapshot, folder: relative(root, path) };
  const files = exists ? {} : { files: new Map() };
  const elsewhere = openSnapshot(path, { now: snapshot.now, ...files });
  return { path, exists, folder: '', snapshot: withTables(elsewhere, snapshot) };
}

function absolute(root: string, base: string): string {
  if (base === '~' || base.startsWith('~/')) return join(homedir(), base.slice(1));
  return resolve(root, base);
}

/** Not created yet: as it is written. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function withTables(elsewhere: Snapshot, workspace: Snapshot): Snapshot {
  return Object.create(elsewhere, { sql: { value: () => workspace.sql() } }) as Snapshot;
}
