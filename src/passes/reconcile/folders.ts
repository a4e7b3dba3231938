/** The folders of the workspace: an agent may have closed them, so that nobody can look inside. */
import { chmodSync, lstatSync, mkdirSync, readdirSync, statSync } from '../../kernel/files.js';
import { messageOf } from '../../kernel/error.js';
import { within } from '../../workspace/root-descriptor.js';
import { isIgnored } from '../../workspace/walk.js';
import type { Baseline, Undone } from '../types.js';

const OPEN = 0o700;
const STORE = '.nocturne';

/** The permissions of every governed folder by path; `''`: the workspace itself. */
export function folderModes(root: string): Readonly<Record<string, number>> {
  const modes: Record<string, number> = {};
  eachFolder(root, (path, mode) => {
    modes[path] = mode;
  });
  return modes;
}

/**
 * Gives folders their permissions back, makes those that are gone, and opens new ones for reading.
 * @returns what was undone.
 */
export function restoreFolders(root: string, { folders }: Baseline): readonly Undone[] {
  const undone: Undone[] = [];
  const note = (path: string, why: string): void => {
    undone.push({ path: `${path}/`, code: 'folder-mode', why, kept: undefined });
  };
  openStore(root);
  eachFolder(root, (path, mode) => {
    const wanted = folders?.[path] ?? mode | OPEN;
    if (mode === wanted) return;
    const name = path === '' ? '.' : path;
    try {
      chmodSync(within(root, path), wanted);
      note(name, `its permissions were ${octal(mode)}; they are ${octal(wanted)} again`);
    } catch (error) {
      note(name, `its permissions are ${octal(mode)} and cannot be changed: ${messageOf(error)}`);
    }
  });
  for (const [path, mode] of Object.entries(folders ?? {}))
    if (lstatSync(within(root, path), { throwIfNoEntry: false }) === undefined)
      makeAgain(root, path, mode);
  return undone;
}

/** A folder in which files are restored comes back with its files, except for its permissions. */
function makeAgain(root: string, path: string, mode: number): void {
  mkdirSync(within(root, path), { recursive: true });
  chmodSync(within(root, path), mode);
}

/** Nocturne's own folder is not governed, but it has to be readable. */
function openStore(root: string): void {
  const queue = [STORE];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    const place = within(root, path);
    const stat = lstatSync(place, { throwIfNoEntry: false });
    if (stat?.isDirectory() !== true) continue;
    if ((stat.mode & OPEN) !== OPEN) chmodSync(place, (stat.mode & 0o7777) | OPEN);
    for (const entry of readdirSync(place, { withFileTypes: true }))
      if (entry.isDirectory()) queue.push(`${path}/${entry.name}`);
  }
}

/** Parents first. `visit` may change the permissions before the folder is listed. */
function eachFolder(root: string, visit: (path: string, mode: number) => void): void {
  const queue = [''];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    const place = within(root, path);
    // The workspace itself may be a descriptor, which looks like a link.
    const stat = (path === '' ? statSync : lstatSync)(place, { throwIfNoEntry: false });
    if (stat?.isDirectory() !== true) continue;
    visit(path, stat.mode & 0o7777);
    for (const entry of listed(place))
      if (entry.isDirectory() && !isIgnored(entry.name))
        queue.push(path === '' ? entry.name : `${path}/${entry.name}`);
  }
}

function listed(path: string): ReturnType<typeof readFolder> {
  try {
    return readFolder(path);
  } catch {
    // The walk names it.
    return [];
  }
}

function readFolder(path: string) {
  return readdirSync(path, { withFileTypes: true });
}

function octal(mode: number): string {
  return mode.toString(8).padStart(3, '0');
}
