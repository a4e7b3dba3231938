/** What a directory is before `init`. */
import type { ExistingFiles } from './existing-files.js';

/**
 * `empty`: nothing there. `workspace`: it has our registry. `folder`: other files, perhaps
 * a workspace of a host's agent or of another system; hosts and importers recognise those.
 */
export type DirectoryKind = 'empty' | 'workspace' | 'folder';

const OURS = /^## R1 Objects[ \t]*$/m;

export function directoryKind(existing: ExistingFiles): DirectoryKind {
  if (OURS.test(existing.text('REGISTRY.md') ?? '')) return 'workspace';
  return existing.paths.length === 0 ? 'empty' : 'folder';
}
