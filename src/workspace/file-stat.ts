/** How long what was seen may be believed: of a file without reading it, and of the clock. */
import { closeSync, constants, fstatSync, futimesSync, openSync } from 'node:fs';
import { within } from './root-descriptor.js';
import type { FileEntry } from './types.js';

type Stat = Pick<FileEntry, 'size' | 'mtimeMs' | 'ctimeMs' | 'ino'>;

/** Clocks of file systems tick in steps of up to two seconds. */
const STEP_MS = 2_500;

/**
 * What is kept of answers that look at the clock is believed within one hour: their questions are
 * about days.
 */
export function hourOf(time: Date): string {
  return time.toISOString().slice(0, 13);
}

/**
 * Size, both times and inode. A program can set the time of writing back, but not the time of
 * change.
 */
export function statText({ size, mtimeMs, ctimeMs, ino }: Stat): string {
  return `${size} ${mtimeMs} ${ctimeMs} ${ino}`;
}

/**
 * What time it is for the file system of a workspace, whose clock need not be ours: a network drive
 * has one of its own. Milliseconds; 0, before every file, where that cannot be found out.
 */
export function fileSystemNow(root: string): number {
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
  try {
    const folder = openSync(within(root, '.nocturne'), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    try {
      // Whatever times are set, the time of change becomes the file system's now.
      futimesSync(folder, new Date(), new Date());
      return fstatSync(folder).ctimeMs;
    } finally {
      closeSync(folder);
    }
  } catch {
    // There is no such folder yet, or it cannot be written.
    return 0;
  }
}

/**
 * Whether a change after `seenAt` (by the file system's clock) would be seen: what was changed a
 * moment ago could change again within the same tick of the clock.
 */
export function isSettled({ ctimeMs }: Stat, seenAt: number): boolean {
  return ctimeMs < seenAt - STEP_MS;
}
