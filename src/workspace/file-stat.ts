/** How long what was seen may be believed: of a file without reading it, and of the clock. */
import type { FileEntry } from './types.js';

type Stat = Pick<FileEntry, 'size' | 'mtimeMs' | 'ctimeMs' | 'ino'>;

/** Clocks of file systems tick in steps of up to two seconds. */
const STEP_MS = 2_500;

/**
 * What is kept of answers that look at the clock is believed within one hour: their questions are
 * about days.
 */
export function hourOf(at: Date): string {
  return at.toISOString().slice(0, 13);
}

/**
 * Size, both times and inode. A program can set the time of writing back, but not the time of
 * change.
 */
export function statText({ size, mtimeMs, ctimeMs, ino }: Stat): string {
  return `${size} ${mtimeMs} ${ctimeMs} ${ino}`;
}

/**
 * Whether a change after `at` would be seen: what was changed a moment ago could change again
 * within the same tick of the clock.
 */
export function isSettled({ ctimeMs }: Stat, at: number): boolean {
  return ctimeMs < at - STEP_MS;
}
