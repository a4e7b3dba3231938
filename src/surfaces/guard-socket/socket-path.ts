/**
 * Where the guard of a workspace listens: in its state directory, which only its owner can enter.
 */
import { lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { NocturneError } from '../../kernel/error.js';

/** Systems differ in how long the path of a socket may be (104 bytes on macOS, 108 on Linux). */
const LONGEST = 100;

/**
 * In the temporary directory, under a folder of this user, when the state directory's path is too
 * long. @throws NocturneError `CONFIG` when that folder is somebody else's.
 */
export function socketPath(state: string): string {
  const path = join(state, 'guard.sock');
  if (Buffer.byteLength(path) <= LONGEST) return path;
  const user = process.getuid?.() ?? 0;
  const folder = join(tmpdir(), `nocturne-${user}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { uid, mode } = lstatSync(folder);
  if (uid !== user || (mode & 0o077) !== 0)
    throw new NocturneError(
      'CONFIG',
      `${folder} can be written by others; a folder of user ${user} alone was expected`,
      { file: folder, hint: 'remove it, or set NOCTURNE_HOME to a shorter path' },
    );
  return join(folder, `${basename(state)}.sock`);
}
