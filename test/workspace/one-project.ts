/**
 * An owned workspace with the project `pages`, at an instant that stands still, and what its change
 * log and audit log say.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fixedClock } from '../../src/kernel/clock.js';
import { NocturneError } from '../../src/kernel/error.js';
import { openWorkspace } from '../../src/workspace/open-workspace.js';
import { bundleChanges, type BundleArguments } from '../../src/workspace/bundle.js';
import type {
  Change,
  ChangeSet,
  CommitResult,
  Snapshot,
  Workspace,
} from '../../src/workspace/types.js';
import { placeWithProject } from '../passes/pass-workspace.js';

export type OneProject = {
  readonly root: string;
  readonly home: string;
  readonly workspace: Workspace;
};
export const PROJECT = 'PROJECTS/pages/LONGRUNNER.md';
export const OWNER = { kind: 'owner', name: 'owner' } as const;

export function oneProject(
  directory: string,
  files: Readonly<Record<string, string>> = {},
): OneProject {
  const { root, home } = placeWithProject(directory, '', { files });
  return { root, home, workspace: workspaceAt({ root, home }, '2026-11-21T01:30:00Z') };
}

export function workspaceAt(
  { root, home }: Pick<OneProject, 'root' | 'home'>,
  at: string,
): Workspace {
  return openWorkspace(root, { home, clock: fixedClock(at) });
}

export function changeSet(changes: readonly Change[], more: Partial<ChangeSet> = {}): ChangeSet {
  return { actor: OWNER, runId: '', reason: 'a test', changes, ...more };
}

/** A commit of one bundle, computed inside the commit. */
export function runBundle(workspace: Workspace, name: string, args: BundleArguments): CommitResult {
  return workspace.commit((snapshot) =>
    changeSet([], { ...bundleChanges(snapshot, name, args), bundle: name }),
  );
}

/** The cells of a log's rows, the chain left out, `-` for nothing. */
export function rowsOf(
  snapshot: Snapshot,
  object: 'CHANGE' | 'AUDIT' | 'RUN',
  fields: readonly string[],
): readonly (readonly string[])[] {
  return snapshot
    .records(object)
    .map((row) => fields.map((field) => row.fields.get(field)?.value ?? ''));
}

export function read({ root }: Pick<OneProject, 'root'>, path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

export function errorOf(action: () => unknown): NocturneError {
  try {
    action();
  } catch (error) {
    if (error instanceof NocturneError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
