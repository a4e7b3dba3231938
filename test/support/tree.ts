/** What a directory holds, as hashes: to see whether anything changed, or got lost. */
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../src/kernel/hash.js';

/**
 * By path, with `/`; links by what they point at. @param skip names of directories that do not
 * count.
 */
export function tree(
  directory: string,
  skip: readonly string[] = ['.nocturne'],
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const visit = (folder: string): void => {
    for (const name of readdirSync(join(directory, folder)).sort()) {
      if (skip.includes(name)) continue;
      const path = folder === '' ? name : `${folder}/${name}`;
      const stats = lstatSync(join(directory, path));
      if (stats.isDirectory()) visit(path);
      else
        found.set(
          path,
          stats.isSymbolicLink()
            ? `-> ${readlinkSync(join(directory, path))}`
            : sha256(readFileSync(join(directory, path))),
        );
    }
  };
  visit('');
  return found;
}

/** Contents of `before` that are nowhere in `after`, by the paths that they had. */
export function lost(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly string[] {
  const kept = new Set(after.values());
  return [...before].filter(([, content]) => !kept.has(content)).map(([path]) => path);
}
