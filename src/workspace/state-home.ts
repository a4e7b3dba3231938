/** The state directory of a workspace, outside the workspace, and its JSON files. */
import { realpathSync, statSync } from '../kernel/files.js';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { messageOf, NocturneError } from '../kernel/error.js';
import { sha256 } from '../kernel/hash.js';
import { type Failpoint, makeDirectory, writeFileDurably } from './durable.js';
import { readTextIfThere } from './read-if-there.js';
import { errnoOf, onFile } from './storage-error.js';

/**
 * `$NOCTURNE_HOME`, default `~/.nocturne`.
 * @throws NocturneError `CONFIG` for a value that cannot be it: a path that depends on the current
 * directory would be another one for each job.
 */
export function homeDirectory(env: Readonly<Record<string, string | undefined>>): string {
  const set = env['NOCTURNE_HOME'];
  if (set === undefined) return join(homedir(), '.nocturne');
  if (!isAbsolute(set)) throw new NocturneError('CONFIG', ...notAbsolute(set));
  const path = resolve(set);
  if (isBlocked(path))
    throw new NocturneError('CONFIG', `NOCTURNE_HOME (${path}) is not a directory`, {
      hint: 'set it to a directory, or to a path where one can be made',
    });
  return path;
}

function notAbsolute(set: string): [message: string, options: { readonly hint: string }] {
  if (set.trim() === '')
    return [
      'NOCTURNE_HOME is set, but empty',
      { hint: 'set it to an absolute path, or unset it to use ~/.nocturne' },
    ];
  const expanded = /^~(?:\/|$)/.test(set) ? join(homedir(), set.slice(1)) : resolve(set);
  return [
    `NOCTURNE_HOME (${set}) is not an absolute path`,
    { hint: `set it to an absolute path, such as ${expanded}` },
  ];
}

/** Whether the path, or a part of it, is a file. */
function isBlocked(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === false;
  } catch (error) {
    return errnoOf(error) === 'ENOTDIR';
  }
}

/** `HOME/workspaces/<start of SHA-256 of the real path>`; created with mode 0700 if missing. */
export function stateDirectory(home: string, root: string): string {
  const real = onFile(root, 'open the workspace', () => realpathSync(root));
  const path = statePath(home, real);
  makeDirectory(path, 0o700);
  return path;
}

/** The same path, without creating it. @param real the real path of the workspace. */
export function statePath(home: string, real: string): string {
  return join(workspacesPath(home), sha256(real).slice(0, 16));
}

/** The folder of all state directories. */
export function workspacesPath(home: string): string {
  return join(home, 'workspaces');
}

/**
 * The parsed content of a JSON file, if there is one. `T` is what Nocturne wrote, which is not
 * checked. @throws NocturneError `UNREADABLE` for a file that is not JSON.
 */
export function readJson<T = unknown>(path: string): T | undefined {
  const text = readTextIfThere(path);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new NocturneError('UNREADABLE', `${path} is not JSON: ${messageOf(cause)}`, {
      file: path,
      cause,
      hint: 'another program has changed this file; restore it from a backup',
    });
  }
}

/** Only the user can read the file, unless `mode` says otherwise. */
export function writeJsonDurably(
  path: string,
  value: unknown,
  options: { readonly mode?: number; readonly failpoint?: Failpoint } = {},
): void {
  writeFileDurably(path, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600, ...options });
}
