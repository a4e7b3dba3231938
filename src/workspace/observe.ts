/** Reads what is at a path now, without following links or waiting for a pipe. */
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
} from '../kernel/files.js';
import { NocturneError } from '../kernel/error.js';
import { sha256 } from '../kernel/hash.js';
import { within } from './root-descriptor.js';
import { isIgnored } from './walk.js';
import { errnoOf, storageError } from './storage-error.js';

export type Observed =
  | { readonly kind: 'missing' }
  | { readonly kind: 'special' }
  | {
      readonly kind: 'file';
      readonly hash: string;
      readonly bytes: Buffer;
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
    };

/** Reads and hashes a regular file. `special`: a link, directory, pipe, socket or device. */
export function observe(path: string): Observed {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'missing' };
    if (code === 'ELOOP' || code === 'EMLINK' || code === 'ENXIO' || code === 'EISDIR')
      return { kind: 'special' };
    throw storageError(error, path, 'read');
  }
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) return { kind: 'special' };
    const bytes = readFileSync(descriptor);
    return {
      kind: 'file',
      hash: sha256(bytes),
      bytes,
      mode: stats.mode,
      uid: stats.uid,
      gid: stats.gid,
    };
  } catch (error) {
    throw storageError(error, path, 'read');
  } finally {
    closeSync(descriptor);
  }
}

/** The hash of a regular file, if there is one. */
export function hashAt(path: string): string | undefined {
  const seen = observe(path);
  return seen.kind === 'file' ? seen.hash : undefined;
}

/** Whether two names are the same file. */
export function sameFile(a: string, b: string): boolean {
  const [first, second] = [a, b].map((path) => lstatSync(path, { throwIfNoEntry: false }));
  return first !== undefined && first.ino === second?.ino && first.dev === second.dev;
}

/**
 * @throws NocturneError `REFUSED` for a path that a commit may not write: absolute, with `..`,
 * ignored, or through a symbolic link. `STORAGE` if a file is where a directory is needed.
 */
export function assertWritablePath(root: string, path: string): void {
  const parts = path.split('/');
  if (
    path === '' ||
    parts.some(
      (part) =>
        part === '' || part === '.' || part === '..' || part.includes('\0') || part.includes('\\'),
    ) ||
    isIgnored(path)
  ) {
    throw new NocturneError(
      'REFUSED',
      `${JSON.stringify(path)} is not the path of a governed file`,
      {
        file: path,
        hint: 'give a path relative to the workspace, outside .git, .nocturne and node_modules',
      },
    );
  }
  for (let length = 1; length <= parts.length; length++) {
    const part = parts.slice(0, length).join('/');
    const stats = lstatSync(within(root, part), { throwIfNoEntry: false });
    if (stats === undefined) return;
    if (stats.isSymbolicLink()) {
      throw new NocturneError('REFUSED', `${path} goes through the symbolic link ${part}`, {
        file: path,
        hint: 'replace the link with its target: Nocturne does not write through links, which could lead outside the workspace',
      });
    }
    if (length < parts.length && !stats.isDirectory()) {
      throw new NocturneError('STORAGE', `${path} cannot be written: ${part} is a file`, {
        file: part,
        hint: 'move this file away: a directory is needed here',
      });
    }
  }
}
