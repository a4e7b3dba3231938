/** Where the guard of a workspace listens: in its state directory, which others cannot enter. */
import { lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { NocturneError } from '../../kernel/error.js';

/** The longest path of a socket is 104 bytes on macOS and 108 on Linux. */
const LONGEST = 100;

/**
 * In a folder of this user in the temporary directory if the path of the state directory is too
 * long. @throws NocturneError `CONFIG` if others can write to that folder.
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
      `others can write to ${folder}; expected a folder that only user ${user} can enter`,
      { file: folder, hint: 'remove the folder, or set NOCTURNE_HOME to a shorter path' },
    );
  return join(folder, `${basename(state)}.sock`);
}
