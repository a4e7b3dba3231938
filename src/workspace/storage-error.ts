/**
 * Turns what the file system refused into a sentence: which file, what the system said, what to do
 * about it.
 */
import { getSystemErrorMap } from 'node:util';
import { defined } from '../kernel/defined.js';
import { NocturneError } from '../kernel/error.js';
import { shownPath } from './root-descriptor.js';

const ADVICE: Readonly<Record<string, string>> = {
  ENOSPC: 'free space on the disk that holds this file, then run the command again',
  EDQUOT: 'the disk quota of this user is used up: free space or raise the quota',
  EFBIG: 'a file size limit is in force (ulimit -f): raise it',
  EROFS: 'this file system is mounted read-only: remount it writable',
  EACCES: 'make the file and its directory writable for the user who runs nocturne',
  EPERM:
    'make the file and its directory writable for the user who runs nocturne (lsattr shows files marked immutable)',
  EIO: 'the disk reports a fault: check it before going on (dmesg)',
  EMFILE: 'too many files are open in this process: raise the limit (ulimit -n)',
  ENFILE: 'too many files are open on this machine',
  ENOTDIR: 'a part of this path is a file where a directory is expected: move it away',
  EISDIR: 'a directory is where a file is expected: move it away',
  ELOOP:
    'a symbolic link is where a file or directory is expected: replace it by what it points at',
  ENOENT: 'the directory of this file is gone: make it again',
  ENAMETOOLONG: 'shorten the name',
};

/** The errno name (`ENOSPC`) of an error of the file system; `undefined` for any other error. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error &&
    'code' in error &&
    'errno' in error &&
    typeof error.code === 'string'
    ? error.code
    : undefined;
}

/**
 * `STORAGE` error for a refused operation; errors that are not the file system's come back as they
 * are.
 */
export function storageError(error: unknown, path: string, doing: string): Error {
  if (error instanceof NocturneError) return error;
  const file = shownPath(path);
  const code = errnoOf(error);
  if (code === undefined) return error instanceof Error ? error : new Error(String(error));
  const hint = ADVICE[code];
  return new NocturneError('STORAGE', `cannot ${doing} ${file}: ${describe(error)} (${code})`, {
    file,
    cause: error,
    ...defined({ hint }),
  });
}

/**
 * Runs one operation on a file; what the file system refuses is thrown as `STORAGE`, naming the
 * file.
 */
export function onFile<T>(file: string, doing: string, operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    throw storageError(error, file, doing);
  }
}

/** As `onFile` for an operation on many files: the error names the file that the system named. */
export function onFiles<T>(directory: string, doing: string, operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    throw storageError(
      error,
      error instanceof Error && 'path' in error && typeof error.path === 'string'
        ? error.path
        : directory,
      doing,
    );
  }
}

function describe(error: unknown): string {
  const number =
    error instanceof Error && 'errno' in error && typeof error.errno === 'number' ? error.errno : 0;
  return getSystemErrorMap().get(number)?.[1] ?? 'refused by the file system';
}
