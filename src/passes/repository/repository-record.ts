/** Which git repository of the owner's a project works on: one section of REPOSITORIES.md. */
import { fieldList, fieldText } from '../../project/field-text.js';
import type { Snapshot } from '../../workspace/types.js';

export const REPOSITORIES_PAGE = 'orchestration-os/REPOSITORIES.md';

export type Repository = {
  readonly project: string;
  /** Absolute. */
  readonly path: string;
  /** Where attempts begin; `''`: what is checked out there. */
  readonly branch: string;
  /** Runs in a checkout of what is to be merged; empty: nothing. */
  readonly test: readonly string[];
  /** Folders of the owner's working tree that a checkout shows read-only, such as packages. */
  readonly shown: readonly string[];
  /** Attempts begin with what the owner has not committed yet. */
  readonly uncommitted: boolean;
  /** Where its branch may be exported to; `''`: nowhere. */
  readonly export: string;
};

export function repositoryOf(
  snapshot: Snapshot,
  project: string | undefined,
): Repository | undefined {
  if (project === undefined || !snapshot.schema.objects.has('REPOSITORY')) return undefined;
  const record = snapshot.record('REPOSITORY', project);
  if (record === undefined) return undefined;
  return {
    project,
    path: fieldText(record, 'path'),
    branch: fieldText(record, 'branch'),
    test: fieldList(record, 'test'),
    shown: fieldList(record, 'shown'),
    uncommitted: fieldText(record, 'uncommitted') === 'true',
    export: fieldText(record, 'export'),
  };
}

/** The only branch that Nocturne moves. */
export function branchOf({ project }: Pick<Repository, 'project'>): string {
  return `nocturne/${project}`;
}
