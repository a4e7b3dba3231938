/** What stands in a directory before anything is set up in it. Read once, never changed. */
import { existsSync, readFileSync, statSync } from 'node:fs';
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
  /** `undefined` when there is none, or it is not UTF-8. */
  text(path: string): string | undefined;
  /** What the link at this path points at; `undefined` when it is no link. */
  link(path: string): string | undefined;
  /** Whether the disk takes names that differ by case for one. */
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
    throw new NocturneError('USAGE', `${path} is a file, expected a directory or a place for one`, {
      hint: 'name another directory',
    });
  return stats !== undefined;
}

/** A link that leads nowhere, a pipe or a socket has no content of its own. */
function contentOf(path: string): Buffer | undefined {
  if (!existsSync(path) || !statSync(path).isFile()) return undefined;
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new NocturneError('UNREADABLE', `${path} cannot be read, so it cannot be kept`, {
      file: path,
      hint: 'make it readable for the user who runs nocturne',
      cause,
    });
  }
}
