/**
 * Writing so that a file is wholly old or wholly new after any crash, a power cut included: bytes
 * go to a temporary file in the
 * same directory, are flushed, renamed over the target, and the directory is flushed.
 */
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { errnoOf, onFile, storageError } from './storage-error.js';

/**
 * Names that begin so are temporary: never governed, deleted by recovery when no process owns them
 * any more.
 */
export const TEMP_PREFIX = '.nocturne-tmp-';

const NO_LINKS: ReadonlySet<string> = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EMLINK',
]);

/**
 * Called between every two steps that change a disk, so that a test can stop the process (or be the
 * owner) exactly there.
 */
export type Failpoint = (step: string) => void;
export const noFailpoint: Failpoint = () => undefined;

/** Permissions and ownership that a replacement takes over from what it replaces. */
export type Attributes = { readonly mode?: number; readonly uid?: number; readonly gid?: number };

/**
 * Creates `path` (which must not exist) with these bytes, not flushed yet, and returns the open
 * descriptor for `flush`.
 */
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

/** Makes created, renamed and removed names of a directory survive a power cut. */
export function syncDirectory(path: string): void {
  flush(
    path,
    onFile(path, 'open', () => openSync(path, 'r')),
  );
}

/**
 * Makes a directory and its missing parents, flushing each directory that got a new name in it.
 * Returns the ones made, innermost first.
 */
export function makeDirectory(path: string, mode = 0o777): readonly string[] {
  const first = onFile(path, 'create', () => mkdirSync(path, { recursive: true, mode }));
  if (first === undefined) return [];
  const made: string[] = [];
  for (let current = path; current.length >= first.length; current = dirname(current))
    made.push(current);
  for (const directory of made) syncDirectory(dirname(directory));
  return made;
}

/**
 * Replaces or creates a file durably. Permissions of an existing file are kept unless `mode` is
 * given.
 */
export function writeFileDurably(
  path: string,
  content: string | Uint8Array,
  options: { readonly mode?: number; readonly failpoint?: Failpoint } = {},
): void {
  const failpoint = options.failpoint ?? noFailpoint;
  const present = lstatSync(path, { throwIfNoEntry: false });
  const kept: Attributes =
    present?.isFile() === true ? { mode: present.mode, uid: present.uid, gid: present.gid } : {};
  const temp = join(dirname(path), `${TEMP_PREFIX}${randomBytes(6).toString('hex')}`);
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const descriptor = stage(
    temp,
    bytes,
    options.mode === undefined ? kept : { ...kept, mode: options.mode },
  );
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

/**
 * Gives a file a second name. `exists`: the name is taken; `missing`: there is no such file;
 * `unsupported`: this file system has no hard links.
 */
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
    if (code !== undefined && NO_LINKS.has(code)) return 'unsupported';
    throw storageError(error, name, 'create');
  }
}

/** Removes a name; one that is not there is no error. Returns whether it was. */
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

/**
 * Removes a symbolic link, and nothing else: in folders that are ours alone nobody else may
 * redirect what is written.
 */
export function removeLink(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true) removeIfThere(path);
}

/** Writes every byte, also where the system takes them in parts. */
export function writeAll(descriptor: number, content: Uint8Array): void {
  for (let done = 0; done < content.length; ) done += writeSync(descriptor, content, done);
}

function giveTo(descriptor: number, uid: number, gid: number): void {
  try {
    fchownSync(descriptor, uid, gid);
  } catch (error) {
    // Only the superuser may give files away; for everybody else the new file is simply theirs, as
    // with any editor.
    if (errnoOf(error) !== 'EPERM') throw error;
  }
}
