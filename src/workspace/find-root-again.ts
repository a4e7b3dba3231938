/** Finds the folder of a workspace again, by device and inode, after it was moved. */
import { lstatSync, readdirSync } from '../kernel/files.js';
import { dirname, join } from 'node:path';
import { cannotHold, isPinned, type RootIdentity } from './pinned-root.js';

/** Folders looked at, so that a search through a large disk ends. */
const MOST_FOLDERS = 200_000;

/**
 * Looks next to the path first, then next to each folder above it, and below all of these.
 * Follows no link, stays on the disk of each folder it begins with, and begins on no disk that
 * cannot hold it.
 */
export function findFolder(pinned: RootIdentity): string | undefined {
  const seen = new Set<string>();
  for (let above = dirname(pinned.path); ; above = dirname(above)) {
    const found = findBelow(above, pinned, seen);
    if (found !== undefined || seen.size >= MOST_FOLDERS || above === dirname(above)) return found;
  }
}

function findBelow(start: string, pinned: RootIdentity, seen: Set<string>): string | undefined {
  const device = deviceOf(start);
  if (device === undefined || cannotHold(device, pinned)) return undefined;
  const queue = [start];
  for (let next = 0; next < queue.length && seen.size < MOST_FOLDERS; next++) {
    const folder = queue[next] ?? start;
    if (seen.has(folder) || deviceOf(folder) !== device) continue;
    if (isPinned(pinned, folder)) return folder;
    seen.add(folder);
    queue.push(...foldersIn(folder));
  }
  return undefined;
}

/** `undefined` for what is not a folder. */
function deviceOf(path: string): string | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isDirectory() === true ? String(stats.dev) : undefined;
}

function foldersIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(folder, entry.name));
  } catch {
    // Not ours to read: the workspace is not in it.
    return [];
  }
}
