/** Lists the governed files: not version control, packages, our store and temporary files. */
import { constants, type Dirent, lstatSync, readdirSync, readlinkSync } from '../kernel/files.js';
import { NocturneError } from '../kernel/error.js';
import { TEMP_PREFIX } from './durable.js';
import { shownPath, within } from './root-descriptor.js';
import { mayBeUndecodable } from './undecodable-names.js';
import { errnoOf } from './storage-error.js';
import type { FileEntry } from './types.js';

const IGNORED: ReadonlySet<string> = new Set(['.git', '.nocturne', 'node_modules']);

/** Whether a path is not governed: `.git`, `.nocturne`, `node_modules`, or a temporary file. */
export function isIgnored(path: string): boolean {
  return path.split('/').some((part) => IGNORED.has(part) || part.startsWith(TEMP_PREFIX));
}

/**
 * Every governed file by path, sorted by UTF-16 units. Symbolic links are not followed; sockets,
 * pipes, devices and names that are not UTF-8 are `other`. Skips files that disappear.
 * @param onTemporary called with the path of each temporary file.
 */
export function walk(root: string, onTemporary?: (path: string) => void): Map<string, FileEntry> {
  const found: FileEntry[] = [];
  const queue = [''];
  // Joining paths would take as long as looking at the files.
  const base = `${within(root)}/`;
  for (let directory = queue.pop(); directory !== undefined; directory = queue.pop()) {
    for (const item of list(base, directory)) {
      const name = item.name;
      if (IGNORED.has(name)) continue;
      const path = directory + name;
      if (name.startsWith(TEMP_PREFIX)) onTemporary?.(path);
      else if (item.isDirectory() && isReachable(root, path)) queue.push(`${path}/`);
      else {
        const entry = entryIn(base, path);
        if (entry !== undefined) found.push(entry);
      }
    }
  }
  found.sort((a, b) => (a.path < b.path ? -1 : 1));
  return new Map(found.map((entry) => [entry.path, entry]));
}

/** A folder whose name is not UTF-8 is listed like a file: nobody can look inside by its path. */
function isReachable(root: string, path: string): boolean {
  return (
    !mayBeUndecodable(path) ||
    lstatSync(within(root, path), { throwIfNoEntry: false }) !== undefined
  );
}

function list(base: string, directory: string): Dirent[] {
  try {
    return readdirSync(base + directory, { withFileTypes: true });
  } catch (error) {
    const code = errnoOf(error);
    if (directory !== '' && (code === 'ENOENT' || code === 'ENOTDIR')) return [];
    const shown = directory === '' ? shownPath(base.slice(0, -1)) : directory;
    throw new NocturneError(
      'UNREADABLE',
      `cannot list the directory ${shown} (${code ?? 'unknown error'})`,
      { file: shown, cause: error, hint: 'make it readable for the user who runs Nocturne' },
    );
  }
}

/** What is at a path now. */
export function entryAt(root: string, path: string): FileEntry | undefined {
  return entryIn(`${within(root)}/`, path);
}

function entryIn(base: string, path: string): FileEntry | undefined {
  const stats = lstatSync(base + path, { throwIfNoEntry: false });
  if (stats === undefined) {
    // A name that is not UTF-8 cannot be looked up, but has to be listed.
    return mayBeUndecodable(path)
      ? { path, size: 0, mtimeMs: 0, ctimeMs: 0, ino: 0, mode: 0, kind: 'other', links: 1 }
      : undefined;
  }
  const { size, mtimeMs, ctimeMs, ino, mode, nlink: links } = stats;
  const type = mode & constants.S_IFMT;
  if (type === constants.S_IFREG)
    return { path, size, mtimeMs, ctimeMs, ino, mode, kind: 'file', links };
  if (type !== constants.S_IFLNK)
    return { path, size, mtimeMs, ctimeMs, ino, mode, kind: 'other', links };
  return {
    path,
    size,
    mtimeMs,
    ctimeMs,
    ino,
    mode,
    kind: 'symlink',
    target: readlinkSync(base + path),
    links,
  };
}
