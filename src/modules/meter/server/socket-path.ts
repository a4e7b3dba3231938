/** Where the meter's Unix socket is. */
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { NocturneError } from '../../../kernel/error.js';
import { lstatSync } from '../../../kernel/files.js';
import { makeDirectory } from '../../../workspace/durable.js';
import { meterDirectory } from '../live-meter.js';

/** The longest path of a socket is 104 bytes on macOS and 108 on Linux. */
const LONGEST_PATH = 100;
const NAME = 'meter.sock';

/**
 * In a folder that has nothing else, because a sandbox gets the folder. In the temporary directory
 * if the path is too long. @throws NocturneError `CONFIG` if others can write to that folder.
 */
export function socketPath(state: string): string {
  const own = join(meterDirectory(state), 'socket');
  const user = process.getuid?.() ?? 0;
  const isShort = Buffer.byteLength(join(own, NAME)) <= LONGEST_PATH;
  const folder = isShort ? own : join(tmpdir(), `nocturne-${user}-meter-${basename(state)}`);
  makeDirectory(folder, 0o700);
  const { uid, mode } = lstatSync(folder);
  if (uid !== user || (mode & 0o077) !== 0)
    throw new NocturneError(
      'CONFIG',
      `others can write to ${folder}; expected a folder that only user ${user} can enter`,
      { file: folder, hint: 'remove the folder, or set NOCTURNE_HOME to a shorter path' },
    );
  return join(folder, NAME);
}
