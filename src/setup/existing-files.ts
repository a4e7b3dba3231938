/** The files of a directory before `init`. Each is read once. */
import { existsSync, readFileSync, statSync } from '../kernel/files.js';
import { join } from 'node:path';
import { NocturneError } from '../kernel/error.js';
import { walk } from '../workspace/walk.js';

/**
 * Paths are relative to the directory, with `/`. A symbolic link is read through when it leads to a
 * file.
 */
export type ExistingFiles = {
  readonly directory: string;
  readonly paths: readonly string[];
  has(path: string): boolean;
  bytes(path: string): Buffer | undefined;
  /** `undefined` if there is no such file, or it is not UTF-8. */
  text(path: string): string | undefined;
  /** The target of the link at this path; `undefined` if it is not a link. */
  link(path: string): string | undefined;
  /** Whether the file system ignores case in names. */
  readonly foldsCase: boolean;
};

export function existingFiles(directory: string): ExistingFiles {
  const entries = isDirectory(directory) ? walk(directory) : new Map<string, never>();
  const read = new Map<string, Buffer | undefined>();
  const bytes = (path: string): Buffer | undefined => {
    if (!read.has(path))
      read.set(path, entries.has(path) ? contentOf(join(directory, path)) : undefined);
    return read.get(path);
  };
  return {
    directory,
    paths: [...entries.keys()],
    has: (path) => entries.has(path),
    bytes,
    text: (path) => decode(bytes(path)),
    link: (path) => entries.get(path)?.target,
    foldsCase: [...entries.keys()]
      .slice(0, 1)
      .some(
        (path) => existsSync(join(directory, swappedCase(path))) && !entries.has(swappedCase(path)),
      ),
  };
}

export function decode(bytes: Buffer | undefined): string | undefined {
  if (bytes === undefined) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function swappedCase(path: string): string {
  return path === path.toLowerCase() ? path.toUpperCase() : path.toLowerCase();
}

function isDirectory(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats !== undefined && !stats.isDirectory())
    throw new NocturneError('USAGE', `${path} is a file, expected a directory or a new path`, {
      hint: 'name another directory',
    });
  return stats !== undefined;
}

/** A dangling link, a pipe or a socket has no content. */
function contentOf(path: string): Buffer | undefined {
  if (!existsSync(path) || !statSync(path).isFile()) return undefined;
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new NocturneError('UNREADABLE', `${path} cannot be read, so it cannot be copied`, {
      file: path,
      hint: 'make it readable by the user who runs nocturne',
      cause,
    });
  }
}
