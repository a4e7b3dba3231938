/** Gives paths back what a snapshot of the tree kept of them, whatever was put there instead. */
import { lstatSync, renameSync, rmdirSync, symlinkSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { NocturneError } from '../kernel/error.js';
import {
  makeDirectory,
  removeIfThere,
  syncDirectory,
  TEMP_PREFIX,
  tryLink,
  writeFileDurably,
} from './durable.js';
import { withCommitMutex } from './mutex.js';
import { getObject, type StoredEntry, type StoredTree } from './objects.js';
import { observe } from './observe.js';
import { within } from './root-descriptor.js';
import { onFile, onFiles } from './storage-error.js';
import { isIgnored } from './walk.js';

export type RestoreOptions = {
  /**
   * A directory (`.nocturne/kept/RUN-…`) where what was at the path is kept under the same path.
   */
  readonly keepIn?: string;
};

/**
 * Makes paths what they were: content and permissions, link, or absence (`undefined`). What must
 * not
 * be there goes first, so that a directory can come back where a file was put.
 * @throws NocturneError `NOT_FOUND` (content not kept), `REFUSED` (path), `STORAGE`, `ROOT_MOVED`.
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
  const restore = (): void => {
    for (const [path, entry] of all)
      if (entry === undefined || entry.kind === 'other') remove(root, path, options);
    for (const [path, entry] of all)
      if (entry !== undefined && entry.kind !== 'other') put(root, path, { ...options, entry });
  };
  withCommitMutex(root, () => onFiles(root, 'restore', restore));
}

function remove(root: string, path: string, options: RestoreOptions): void {
  const target = within(root, path);
  if (throughSomethingElse(root, path) !== undefined) return;
  const present = lstatSync(target, { throwIfNoEntry: false });
  if (present === undefined || present.isDirectory()) return;
  if (options.keepIn === undefined) removeIfThere(target);
  else
    onFile(target, 'remove', () =>
      renameSync(target, freeName(root, join(options.keepIn ?? '', path))),
    );
  syncDirectory(dirname(target));
}

function put(
  root: string,
  path: string,
  options: RestoreOptions & { readonly entry: StoredEntry },
): void {
  const { entry, keepIn } = options;
  const content = entry.kind === 'file' ? getObject(root, entry.hash) : undefined;
  for (
    let way = throughSomethingElse(root, path);
    way !== undefined;
    way = throughSomethingElse(root, path)
  )
    displace(root, way);
  const target = within(root, path);
  const present = lstatSync(target, { throwIfNoEntry: false });
  if (present?.isDirectory() === true) displace(root, path);
  else if (present !== undefined && keepIn !== undefined) keepPresent(root, { path, keepIn });
  makeDirectory(dirname(target));
  if (content === undefined) return putLink(target, entry.target ?? '');
  if (present !== undefined && !present.isFile()) removeIfThere(target);
  writeFileDurably(target, content, { mode: entry.mode });
}

/**
 * A second name for what is there (so that also a write that is still going on is kept); the
 * restored file then replaces the first.
 */
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

/**
 * The first part of the way to a path that is no directory (a link or a file was put there);
 * `undefined` when the way is clear.
 */
function throughSomethingElse(root: string, path: string): string | undefined {
  const parts = path.split('/');
  for (let length = 1; length < parts.length; length++) {
    const part = parts.slice(0, length).join('/');
    const stats = lstatSync(within(root, part), { throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    if (!stats.isDirectory()) return part;
  }
  return undefined;
}

/**
 * Moves what is in the way into `.nocturne/displaced/`; it may hold files that are not governed, so
 * it is never deleted.
 */
function displace(root: string, path: string): void {
  const target = within(root, path);
  if (lstatSync(target).isDirectory()) {
    try {
      return rmdirSync(target);
    } catch {
      // Not empty: moved below, with everything in it.
    }
  }
  onFile(target, 'move away', () =>
    renameSync(target, freeName(root, `.nocturne/displaced/${basename(path)}`)),
  );
}

/** A name that is not taken; its directory is made. */
function freeName(root: string, path: string): string {
  for (
    let way = throughSomethingElse(root, path);
    way !== undefined;
    way = throughSomethingElse(root, path)
  )
    displace(root, way);
  const wanted = within(root, path);
  makeDirectory(dirname(wanted));
  for (let n = 1; ; n++) {
    const name = n === 1 ? wanted : `${wanted}.${n}`;
    if (lstatSync(name, { throwIfNoEntry: false }) === undefined) return name;
  }
}
