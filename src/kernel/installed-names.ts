/** The names of the installed modules or hosts, which are those of their folders. Loads none. */
import { existsSync, readdirSync } from './files.js';
import { join } from 'node:path';

/**
 * @param directory of their compiled folders.
 * @param file that each of them has, such as `module.js`.
 */
export function installedNames(directory: string, file: string): readonly string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(directory, entry.name, file)))
    .map((entry) => entry.name)
    .sort();
}
