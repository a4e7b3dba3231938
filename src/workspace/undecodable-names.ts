/** Files and folders whose names are not UTF-8: they are listed, but no path leads to them. */
import { readdirSync, renameSync } from '../kernel/files.js';
import { dirname, join } from 'node:path';
import { TEMP_PREFIX } from './durable.js';
import { within } from './root-descriptor.js';

/** Whether a listed name can be one that is not UTF-8. */
export function mayBeUndecodable(name: string): boolean {
  return name.includes('\ufffd');
}

/**
 * Moves everything that is listed under this path but cannot be reached by it.
 * @param freeName an unused path outside the governed files, in an existing folder.
 */
export function moveUndecodable(root: string, path: string, freeName: () => string): void {
  const folder = dirname(path) === '.' ? within(root) : within(root, dirname(path));
  const shown = path.slice(path.lastIndexOf('/') + 1);
  for (const name of readdirSync(folder, { encoding: 'buffer' })) {
    const text = name.toString('utf8');
    if (text !== shown || Buffer.from(text).equals(name) || text.startsWith(TEMP_PREFIX)) continue;
    renameSync(Buffer.concat([Buffer.from(join(folder, '/')), name]), freeName());
  }
}
