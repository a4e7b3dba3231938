/** Where the meter's Unix socket is. */
import { basename, join } from 'node:path';
import { fitsSocket, makeOwnFolder, temporaryFolder } from '../../../workspace/own-folder.js';
import { meterDirectory } from '../live-meter.js';

const NAME = 'meter.sock';

/**
 * In a folder that has nothing else, because a sandbox gets the folder. In the temporary directory
 * if the path is too long. @throws NocturneError `CONFIG` if others can write to that folder.
 */
export function socketPath(state: string): string {
  const own = join(meterDirectory(state), 'socket');
  const folder = fitsSocket(join(own, NAME)) ? own : temporaryFolder(`-meter-${basename(state)}`);
  makeOwnFolder(folder);
  return join(folder, NAME);
}
