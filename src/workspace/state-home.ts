/** Where a workspace's state outside the workspace lives, and the JSON files in it. */
import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { NocturneError } from '../kernel/error.js';
import { sha256 } from '../kernel/hash.js';
import { type Failpoint, makeDirectory, writeFileDurably } from './durable.js';
import { errnoOf, onFile, storageError } from './storage-error.js';

/**
 * `HOME/workspaces/<first 16 hex of SHA-256 of the real path of the workspace>`; made with mode
 * 0700 when missing.
 */
export function stateDirectory(home: string, root: string): string {
  const real = onFile(root, 'open the workspace', () => realpathSync(root));
  const path = statePath(home, real);
  makeDirectory(path, 0o700);
  return path;
}

/** The same directory, made or not. @param real the real path of the workspace. */
export function statePath(home: string, real: string): string {
  return join(home, 'workspaces', sha256(real).slice(0, 16));
}

/**
 * The parsed content of a JSON file, `undefined` when there is none. A file that is not JSON is an
 * error (`UNREADABLE`), never an empty value.
 * `T` is the caller's claim about what nocturne itself wrote there; it is not checked.
 */
export function readJson<T = unknown>(path: string): T | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw storageError(error, path, 'read');
  }
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new NocturneError(
      'UNREADABLE',
      `${path} is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        file: path,
        cause,
        hint: 'nocturne writes this file and never leaves it half written: restore it from a backup, or find out what changed it',
      },
    );
  }
}

/**
 * Temporary file, flush, rename, flush of the directory. Readable by its owner only unless `mode`
 * says otherwise.
 */
export function writeJsonDurably(
  path: string,
  value: unknown,
  options: { readonly mode?: number; readonly failpoint?: Failpoint } = {},
): void {
  writeFileDurably(path, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600, ...options });
}
