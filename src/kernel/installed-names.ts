/**
 * Which modules or hosts are installed, by the names of their folders; for whoever only has to know
 * that, and loads none.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param directory where they are in compiled form: one folder each.
 * @param file what makes a folder one of them, such as `module.js`.
 */
export function installedNames(directory: string, file: string): readonly string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(directory, entry.name, file)))
    .map((entry) => entry.name)
    .sort();
}
