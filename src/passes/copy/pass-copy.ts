/** The copy in which the agent of a pass works, and where a path of the workspace lies in it. */
import { isAbsolute, join, relative } from 'node:path';
import type { Repository } from '../repository/repository-record.js';

export type PassCopy = {
  /** Absolute, in the state directory. */
  readonly folder: string;
  /** Copied folders, relative to the workspace, none inside another. `''`: all of it. */
  readonly places: readonly string[];
  /** When it was complete, in milliseconds, by the clock of its file system. */
  readonly madeAt: number;
  /** Folders that were missing in the workspace, made there to be mounted over. Innermost first. */
  readonly made: readonly string[];
  /** Inside the places and not copied: packages, version control, and very large files. */
  readonly bound: readonly BoundPath[];
  /** Inside the places, and neither copied nor shown. */
  readonly hidden?: readonly string[];
  /** Of the project's repository. */
  readonly clone?: GitClone;
  /** Of a repository that is elsewhere. */
  readonly repository?: RepositoryClone;
};
/**
 * `source`: what is shown there, if not what is at the path; absolute, or in the workspace.
 */
export type BoundPath = {
  readonly path: string;
  readonly source?: string;
  readonly isWritable: boolean;
};
/** `base`: the commit that the agent began with. */
export type GitClone = { readonly path: string; readonly base: string };

/** `path`: in the project's folder, where the workspace has nothing. `base`: as in GitClone. */
export type RepositoryClone = {
  readonly path: string;
  readonly base: string;
  readonly repository: Repository;
};

export function copyFolder(state: string, runId: string): string {
  return join(state, 'copies', runId);
}

/** Whether a path of the workspace is one of the copy. */
export function isInCopy({ places, bound, hidden }: PassCopy, path: string): boolean {
  const isIn = (folder: string): boolean =>
    folder === '' || path === folder || path.startsWith(`${folder}/`);
  if (hidden?.includes(path) === true) return false;
  return places.some(isIn) && !bound.some((part) => isIn(part.path));
}

/** Where the agent's version of a path of the workspace is on the disk. */
export function copiedPath(root: string, copy: PassCopy, path: string): string {
  return join(isInCopy(copy, path) ? copy.folder : root, path);
}

/** The same for an absolute path, inside the workspace or not. */
export function sourceInCopy(root: string, copy: PassCopy, path: string): string {
  const inside = relative(root, path);
  return inside.startsWith('..') || isAbsolute(inside) ? path : copiedPath(root, copy, inside);
}

/** Whether it is a file of a repository that is elsewhere, and so never one of the workspace. */
export function isInRepository({ repository }: PassCopy, path: string): boolean {
  return repository !== undefined && path.startsWith(`${repository.path}/`);
}
