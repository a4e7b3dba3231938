/**
 * Writes files so that after any crash or power cut a file has its whole old or new content: writes
 * a temporary file in the same directory, flushes it, renames it, and flushes the directory.
 */
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  writeSync,
} from '../kernel/files.js';
import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { errnoOf, onFile, storageError } from './storage-error.js';

/** Prefix of temporary files, which are not governed. Recovery deletes those of dead processes. */
export const TEMP_PREFIX = '.nocturne-tmp-';

const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

/** Called between every two steps that change the disk, so that a test can act at that moment. */
export type Failpoint = (step: string) => void;
export const noFailpoint: Failpoint = () => undefined;

/** Permissions and ownership of a new file. */
type Attributes = { readonly mode?: number; readonly uid?: number; readonly gid?: number };

/** A replacement keeps the attributes of the file, except for a given mode. */
export function attributesOf(file: Stats | undefined, mode: number | undefined): Attributes {
  const present = file?.isFile() === true ? { mode: file.mode, uid: file.uid, gid: file.gid } : {};
  return mode === undefined ? present : { ...present, mode };
}

/** Creates `path`, which must not exist, and returns the open descriptor for `flush`. */
export function stage(path: string, content: Uint8Array, attributes: Attributes = {}): number {
  const descriptor = onFile(path, 'create', () => openSync(path, 'wx', 0o666));
  try {
    onFile(path, 'write', () => {
      if (attributes.mode !== undefined) fchmodSync(descriptor, attributes.mode & 0o7777);
      if (attributes.uid !== undefined && attributes.gid !== undefined)
        giveTo(descriptor, attributes.uid, attributes.gid);
      writeAll(descriptor, content);
    });
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    removeIfThere(path);
    throw error;
  }
}

/** Flushes and closes a descriptor. */
export function flush(path: string, descriptor: number): void {
  try {
    onFile(path, 'flush', () => fsyncSync(descriptor));
  } finally {
    closeSync(descriptor);
  }
}

/** Makes new, renamed and removed names in a directory durable. */
export function syncDirectory(path: string): void {
  flush(
    path,
    onFile(path, 'open', () => openSync(path, 'r')),
  );
}

/** Makes a directory and its missing parents durably. Returns the new ones, innermost first. */
export function makeDirectory(path: string, mode = 0o777): readonly string[] {
  const made: string[] = [];
  onFile(path, 'create', () => {
    const missing: string[] = [];
    for (let current = path; !isDirectory(current); current = dirname(current))
      missing.unshift(current);
    // Node's own loop over the parents does not end in /proc.
    for (const directory of missing) if (makeOne(directory, mode)) made.unshift(directory);
  });
  for (const directory of made) syncDirectory(dirname(directory));
  return made;
}

/** False if another process was faster. */
function makeOne(directory: string, mode: number): boolean {
  try {
    mkdirSync(directory, { mode });
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST' && isDirectory(directory)) return false;
    throw error;
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Replaces or creates a file durably, and keeps the permissions unless `mode` is given. */
export function writeFileDurably(
  path: string,
  content: string | Uint8Array,
  options: { readonly mode?: number; readonly failpoint?: Failpoint } = {},
): void {
  const failpoint = options.failpoint ?? noFailpoint;
  const present = lstatSync(path, { throwIfNoEntry: false });
  const temp = join(dirname(path), `${TEMP_PREFIX}${randomBytes(6).toString('hex')}`);
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const descriptor = stage(temp, bytes, attributesOf(present, options.mode));
  try {
    failpoint(`${basename(path)} staged`);
    flush(temp, descriptor);
    onFile(path, 'replace', () => renameSync(temp, path));
  } catch (error) {
    removeIfThere(temp);
    throw error;
  }
  failpoint(`${basename(path)} renamed`);
  syncDirectory(dirname(path));
}

/** Replaces or creates a file durably with the content of another, not held in memory. */
export function copyFileDurably(
  from: string,
  path: string,
  options: { readonly mode?: number } = {},
): void {
  const attributes = attributesOf(lstatSync(path, { throwIfNoEntry: false }), options.mode);
  const temp = join(dirname(path), `${TEMP_PREFIX}${randomBytes(6).toString('hex')}`);
  try {
    onFile(path, 'write', () => {
      copyFileSync(from, temp, constants.COPYFILE_FICLONE);
      chmodSync(temp, (attributes.mode ?? 0o644) & 0o7777);
      const descriptor = openSync(temp, 'r');
      if (attributes.uid !== undefined && attributes.gid !== undefined)
        giveTo(descriptor, attributes.uid, attributes.gid);
      flush(temp, descriptor);
      renameSync(temp, path);
    });
  } catch (error) {
    removeIfThere(temp);
    throw error;
  }
  syncDirectory(dirname(path));
}

/** Gives a file a second name. `exists`: the name is taken. `missing`: there is no such file. */
export function tryLink(
  path: string,
  name: string,
): 'linked' | 'exists' | 'missing' | 'unsupported' {
  try {
    linkSync(path, name);
    return 'linked';
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'EEXIST') return 'exists';
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'missing';
    if (code !== undefined && NO_LINKS.includes(code)) return 'unsupported';
    throw storageError(error, name, 'create');
  }
}

/** Removes a file if it exists, and returns whether it did. */
export function removeIfThere(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    return onFile(path, 'remove', () => {
      throw error;
    });
  }
}

/** Removes a symbolic link, so that nobody can redirect what Nocturne writes into its folders. */
export function removeLink(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true) removeIfThere(path);
}

/** Writes every byte, even if the system accepts only parts. */
export function writeAll(descriptor: number, content: Uint8Array): void {
  for (let done = 0; done < content.length; ) done += writeSync(descriptor, content, done);
}

function giveTo(descriptor: number, uid: number, gid: number): void {
  try {
    fchownSync(descriptor, uid, gid);
  } catch (error) {
    // Only the superuser may give files away. For other users, the new file is theirs, as with any
    // editor.
    if (errnoOf(error) !== 'EPERM') throw error;
  }
}
