/** The folders of the workspace: an agent may have closed them, so that nobody can look inside. */
import { chmodSync, lstatSync, mkdirSync, readdirSync, statSync } from '../../kernel/files.js';
import { messageOf, NocturneError } from '../../kernel/error.js';
import { OPEN, openFolder } from '../../workspace/open-folder.js';
import { within } from '../../workspace/root-descriptor.js';
import { isIgnored } from '../../workspace/walk.js';
import type { Baseline, Undone } from '../types.js';

/** The permissions of every governed folder by path; `''`: the workspace itself. */
export function folderModes(root: string): Readonly<Record<string, number>> {
  const modes: Record<string, number> = {};
  eachFolder(root, (path, mode) => {
    modes[path] = mode;
  });
  return modes;
}

/**
 * Gives folders their permissions back, and opens new ones, so that the tree can be listed.
 * @param mayStay whether other permissions stay, if they let us list the folder.
 * @returns what was undone.
 */
export function openFolders(
  root: string,
  { folders }: Baseline,
  mayStay: (path: string) => boolean,
): readonly Undone[] {
  const undone: Undone[] = [];
  // Nocturne's own folder is not governed, but it has to be readable.
  openFolder(within(root, '.nocturne'));
  eachFolder(root, (path, mode) => {
    const wanted = folders?.[path] ?? mode | OPEN;
    if (mode === wanted || ((mode & OPEN) === OPEN && mayStay(path))) return;
    const before = `its permissions were ${octal(mode)}`;
    const why = attempt(() => chmodSync(within(root, path), wanted));
    undone.push(
      why === undefined
        ? undoneFolder(path, `${before}; they are ${octal(wanted)} again`)
        : undoneFolder(path, `${before} and cannot be changed: ${why}`),
    );
  });
  return undone;
}

/**
 * The folders of the baseline that are gone, or have a link or a file in their place.
 * @param mayStay whether the folder may be gone.
 */
export function missingFolders(
  root: string,
  { folders }: Baseline,
  mayStay: (path: string) => boolean,
): readonly string[] {
  return Object.keys(folders ?? {})
    .filter((path) => path !== '' && !isFolder(root, path) && !mayStay(path))
    .sort();
}

/**
 * Makes missing folders again, parents first, with their permissions. Call it after the files and
 * links were restored: nothing is made behind a link, because that would be outside the workspace.
 * @returns what could not be undone.
 */
export function restoreFolders(
  root: string,
  missing: readonly string[],
  { folders }: Baseline,
): readonly Undone[] {
  return missing.flatMap((path) => {
    const mode = folders?.[path];
    if (mode === undefined) return [];
    const why = attempt(() => makeFolder(root, path, mode));
    return why === undefined ? [] : [undoneFolder(path, `it cannot be made again: ${why}`)];
  });
}

function makeFolder(root: string, path: string, mode: number): void {
  const place = within(root, path);
  if (!isFolder(root, path)) {
    if (!isFolder(root, parentOf(path)))
      throw new NocturneError('STORAGE', `${parentOf(path)} is not a folder`);
    mkdirSync(place);
  }
  chmodSync(place, mode);
}

/** Whether the path is a folder, reached without a link. */
function isFolder(root: string, path: string): boolean {
  if (path === '') return true;
  if (!isFolder(root, parentOf(path))) return false;
  return lstatSync(within(root, path), { throwIfNoEntry: false })?.isDirectory() === true;
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

function undoneFolder(path: string, why: string): Undone {
  return { path: `${path === '' ? '.' : path}/`, code: 'folder-mode', why, kept: undefined };
}

/** Why it failed. */
function attempt(action: () => void): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return messageOf(error);
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
