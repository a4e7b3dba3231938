/**
 * Which modules are installed, by the names of their folders; for whoever only has to know that,
 * and loads none.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** @param directory where the compiled modules are: one folder each, with a `module.js`. */
export function moduleNames(directory: string): readonly string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(directory, entry.name, 'module.js')))
    .map((entry) => entry.name)
    .sort();
}
