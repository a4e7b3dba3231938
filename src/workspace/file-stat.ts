/** How long a cached fact about a file or the clock stays valid. */
import {
  closeSync,
  constants,
  fstatSync,
  futimesSync,
  lstatSync,
  openSync,
} from '../kernel/files.js';
import { within } from './root-descriptor.js';
import type { FileEntry } from './types.js';

type Stat = Pick<FileEntry, 'size' | 'mtimeMs' | 'ctimeMs' | 'ino'>;

/** Clocks of file systems tick in steps of up to two seconds. */
const STEP_MS = 2_500;

/** Cached answers that depend on the clock are valid for an hour: they are about days. */
export function hourOf(time: Date): string {
  return time.toISOString().slice(0, 13);
}

/** Size, both times and inode. A program can reset `mtime`, but not `ctime`. */
export function statText({ size, mtimeMs, ctimeMs, ino }: Stat): string {
  return `${size} ${mtimeMs} ${ctimeMs} ${ino}`;
}

/** The same of a path: changes whenever the file does. Empty if there is none. */
export function fileMark(path: string): string {
  const file = lstatSync(path, { throwIfNoEntry: false });
  return file === undefined ? '' : statText(file);
}

/** The time of the workspace's file system, such as a network drive; 0 if it is unknown. */
export function fileSystemNow(root: string): number {
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
  try {
    const folder = openSync(within(root, '.nocturne'), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    try {
      // This sets `ctime` to the current time of the file system.
      futimesSync(folder, new Date(), new Date());
      return fstatSync(folder).ctimeMs;
    } finally {
      closeSync(folder);
    }
  } catch {
    // The folder does not exist yet, or is not writable.
    return 0;
  }
}

/** Whether a change after `seenAt` would be noticed, and not fall into the same clock tick. */
export function isSettled({ ctimeMs }: Stat, seenAt: number): boolean {
  return ctimeMs < seenAt - STEP_MS;
}
