/** The hashes of the files of a project that globs match. */
import { globMatches } from '../../../kernel/glob.js';
import type { Snapshot } from '../../../workspace/types.js';

/** @param globs relative to the project, as are the paths of the answer. */
export function hashesOf(
  snapshot: Snapshot,
  project: string,
  globs: readonly string[],
): Readonly<Record<string, string>> {
  const folder = `PROJECTS/${project}/`;
  const found: Record<string, string> = {};
  if (globs.length === 0) return found;
  for (const path of snapshot.files.keys()) {
    if (!path.startsWith(folder)) continue;
    const own = path.slice(folder.length);
    const hash = globs.some((glob) => globMatches(glob, own)) ? snapshot.hash(path) : undefined;
    if (hash !== undefined) found[own] = hash;
  }
  return found;
}
