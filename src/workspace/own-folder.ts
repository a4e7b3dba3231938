/** Folders for Unix sockets: short enough for one, and of this user alone. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NocturneError } from '../kernel/error.js';
import { lstatSync } from '../kernel/files.js';
import { makeDirectory } from './durable.js';

/** The longest path of a socket is 104 bytes on macOS and 108 on Linux. */
const LONGEST_PATH = 100;

export function fitsSocket(path: string): boolean {
  return Buffer.byteLength(path) <= LONGEST_PATH;
}

/** In the temporary directory. @param rest of its name, empty: of all workspaces. */
export function temporaryFolder(rest = ''): string {
  return join(tmpdir(), `nocturne-${userId()}${rest}`);
}

/** @throws NocturneError `CONFIG` if others can write to it. */
export function makeOwnFolder(folder: string): void {
  makeDirectory(folder, 0o700);
  const user = userId();
  const { uid, mode } = lstatSync(folder);
  if (uid !== user || (mode & 0o077) !== 0)
    throw new NocturneError(
      'CONFIG',
      `others can write to ${folder}; expected a folder that only user ${user} can enter`,
      { file: folder, hint: 'remove the folder, or set NOCTURNE_HOME to a shorter path' },
    );
}

function userId(): number {
  return process.getuid?.() ?? 0;
}
