/** Restores files from a stored tree, whatever has replaced them. */
import { chmodSync, lstatSync, renameSync, rmdirSync, symlinkSync } from '../kernel/files.js';
import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { NocturneError } from '../kernel/error.js';
import {
  copyFileDurably,
  makeDirectory,
  removeIfThere,
  syncDirectory,
  TEMP_PREFIX,
  tryLink,
  writeFileDurably,
} from './durable.js';
import { hashIfThere, MOST_READ } from './file-content.js';
import { withCommitMutex } from './mutex.js';
import { getObject, hasObject, objectPath, type StoredEntry, type StoredTree } from './objects.js';
import { observe } from './observe.js';
import { within } from './root-descriptor.js';
import { onFile, onFiles } from './storage-error.js';
import { mayBeUndecodable, moveUndecodable } from './undecodable-names.js';
import { isIgnored } from './walk.js';

export type RestoreOptions = {
  /** The directory (`.nocturne/kept/RUN-…`) for kept versions of the replaced files. */
  readonly keepIn?: string;
  /** Called for a path that cannot be restored; all others still are. Otherwise it throws. */
  readonly onFailure?: (path: string, error: unknown) => void;
};

/**
 * Restores content and permissions, a link, or absence (`undefined`). Removes files first, so that
 * a directory can return where a file is.
 * @throws NocturneError `NOT_FOUND` (content not stored), `REFUSED` (path), `STORAGE` or
 * `ROOT_MOVED`.
 */
export function restoreFiles(
  root: string,
  wanted: Iterable<readonly [string, StoredEntry | undefined]> | StoredTree,
  options: RestoreOptions = {},
): void {
  const all = [...wanted];
  for (const [path] of all)
    if (isIgnored(path) || path.split('/').includes('..'))
      throw new NocturneError('REFUSED', `${path} is not the path of a governed file`, {
        file: path,
      });
  const emptied = new Set<string>();
  const attempt = (path: string, action: () => void): void => {
    try {
      action();
    } catch (error) {
      if (options.onFailure === undefined) throw error;
      options.onFailure(path, error);
    }
  };
  const restore = (): void => {
    for (const [path, entry] of all)
      if (entry === undefined || entry.kind === 'other')
        attempt(path, () => remove(root, path, { ...options, emptied }));
    for (const [path, entry] of all)
      if (entry !== undefined && entry.kind !== 'other')
        attempt(path, () => put(root, path, { ...options, entry }));
  };
  withCommitMutex(root, () =>
    onFiles(root, 'restore', () => {
      restore();
      for (const folder of emptied) if (isFolder(folder)) syncDirectory(folder);
    }),
  );
}

function remove(
  root: string,
  path: string,
  options: RestoreOptions & { readonly emptied: Set<string> },
): void {
  const target = within(root, path);
  if (obstacleIn(root, path) !== undefined) return;
  const present = lstatSync(target, { throwIfNoEntry: false });
  if (present === undefined && mayBeUndecodable(path))
    return moveUndecodable(root, path, () =>
      freeName(root, `.nocturne/displaced/${basename(path)}`),
    );
  if (present === undefined || present.isDirectory()) return;
  const { keepIn } = options;
  // A kept name of a hard link would be one more name of the other file.
  const isHardLink = present.isFile() && present.nlink > 1;
  if (keepIn === undefined) removeIfThere(target);
  else if (isHardLink) {
    copyFileDurably(target, freeName(root, join(keepIn, path)));
    removeIfThere(target);
  } else onFile(target, 'remove', () => renameSync(target, freeName(root, join(keepIn, path))));
  options.emptied.add(dirname(target));
}

function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function put(
  root: string,
  path: string,
  options: RestoreOptions & { readonly entry: StoredEntry },
): void {
  const { entry, keepIn } = options;
  clearParents(root, path);
  const target = within(root, path);
  const present = lstatSync(target, { throwIfNoEntry: false });
  if (entry.kind === 'file' && present?.isFile() === true && present.nlink === 1)
    if (hasObject(root, entry.hash, present.size) && hashIfThere(target) === entry.hash)
      return changeMode(target, entry.mode);
  const content = entry.kind === 'file' ? contentOf(root, entry.hash) : undefined;
  if (present?.isDirectory() === true) displace(root, path);
  else if (present !== undefined && keepIn !== undefined) keepPresent(root, { path, keepIn });
  makeDirectory(dirname(target));
  if (content === undefined) return putLink(target, entry.target ?? '');
  if (present !== undefined && !present.isFile()) removeIfThere(target);
  if (typeof content === 'string') copyFileDurably(content, target, { mode: entry.mode });
  else writeFileDurably(target, content, { mode: entry.mode });
}

/** Its bytes; for a large object, where it is. @throws NocturneError as `getObject`. */
function contentOf(root: string, hash: string): Buffer | string {
  const path = objectPath(root, hash);
  const size = lstatSync(path, { throwIfNoEntry: false })?.size ?? 0;
  return size > MOST_READ && hashIfThere(path) === hash ? path : getObject(root, hash);
}

function changeMode(target: string, mode: number): void {
  onFile(target, 'restore the permissions of', () => chmodSync(target, mode & 0o7777));
}

/** Links the present file to its kept version, so that a write in progress is kept too. */
function keepPresent(root: string, file: { readonly path: string; readonly keepIn: string }): void {
  const target = within(root, file.path);
  const name = freeName(root, join(file.keepIn, file.path));
  if (tryLink(target, name) !== 'unsupported') return;
  const seen = observe(target);
  if (seen.kind === 'file') writeFileDurably(name, seen.bytes);
}

function putLink(target: string, to: string): void {
  const temp = join(dirname(target), `${TEMP_PREFIX}${randomBytes(6).toString('hex')}`);
  onFile(target, 'restore the link', () => {
    symlinkSync(to, temp);
    renameSync(temp, target);
  });
  syncDirectory(dirname(target));
}

/** Displaces everything in the parents of a path that is not a directory. */
function clearParents(root: string, path: string): void {
  const obstacle = (): string | undefined => obstacleIn(root, path);
  for (let found = obstacle(); found !== undefined; found = obstacle()) displace(root, found);
}

/** The first parent of a path that is a link or a file. */
function obstacleIn(root: string, path: string): string | undefined {
  const parts = path.split('/');
  for (let length = 1; length < parts.length; length++) {
    const part = parts.slice(0, length).join('/');
    const stats = lstatSync(within(root, part), { throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    if (!stats.isDirectory()) return part;
  }
  return undefined;
}

/** Moves an obstacle to `.nocturne/displaced/`, because it may contain files of the owner. */
function displace(root: string, path: string): void {
  const target = within(root, path);
  if (lstatSync(target).isDirectory()) {
    try {
      return rmdirSync(target);
    } catch {
      // Not empty: moved below with its content.
    }
  }
  onFile(target, 'move away', () =>
    renameSync(target, freeName(root, `.nocturne/displaced/${basename(path)}`)),
  );
}

/** A free name, in an existing directory. */
export function freeName(root: string, path: string): string {
  clearParents(root, path);
  const wanted = within(root, path);
  makeDirectory(dirname(wanted));
  for (let n = 1; ; n++) {
    const name = n === 1 ? wanted : `${wanted}.${n}`;
    if (lstatSync(name, { throwIfNoEntry: false }) === undefined) return name;
  }
}
