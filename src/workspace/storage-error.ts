/** Turns an error of the file system into a message: which file, what happened, what to do. */
import { getSystemErrorMap } from 'node:util';
import { defined } from '../kernel/defined.js';
import { NocturneError } from '../kernel/error.js';
import { shownPath } from './root-descriptor.js';

const ADVICE: Readonly<Record<string, string>> = {
  ENOSPC: 'free space on the disk that holds this file, then run the command again',
  EDQUOT: 'free space, or raise the disk quota of this user',
  EFBIG: 'raise the file size limit (ulimit -f)',
  EROFS: 'remount this read-only file system as writable',
  EACCES: 'give the user who runs Nocturne access to this file and its directory',
  EPERM:
    'give the user who runs Nocturne access to this file and its directory (lsattr shows immutable files)',
  EIO: 'the disk reports an error; check it (dmesg) before you continue',
  EMFILE: 'raise the limit of open files of this process (ulimit -n)',
  ENFILE: 'close programs: too many files are open on this machine',
  ENOTDIR: 'move the file in this path away: a directory is needed there',
  EISDIR: 'move the directory away: a file is needed here',
  ELOOP: 'replace the symbolic link by its target',
  ENOENT: 'create the missing directory of this file',
  ENAMETOOLONG: 'shorten the name',
};

/** The code of a file system error, such as `ENOSPC`; `undefined` for other errors. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error &&
    'code' in error &&
    'errno' in error &&
    typeof error.code === 'string'
    ? error.code
    : undefined;
}

/** The `STORAGE` error for an error of the file system; returns other errors unchanged. */
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

/** Runs an operation on a file. @throws NocturneError `STORAGE` naming the file. */
export function onFile<T>(file: string, doing: string, operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    throw storageError(error, file, doing);
  }
}

/** As `onFile` for many files: the error names the file that the system named. */
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
  return getSystemErrorMap().get(number)?.[1] ?? 'the file system refused it';
}
