/** What kind of place a directory is before it is set up. */
import type { ExistingFiles } from './existing-files.js';

/**
 * `empty`: nothing there. `workspace`: it has our registry. `nightclaw`: a NightClaw workspace.
 * `folder`: files of another kind, perhaps an agent's workspace; its host knows that.
 */
export type DirectoryKind = 'empty' | 'workspace' | 'nightclaw' | 'folder';

const OURS = /^## R1 Objects[ \t]*$/m;

export function directoryKind(existing: ExistingFiles): DirectoryKind {
  if (OURS.test(existing.text('REGISTRY.md') ?? '')) return 'workspace';
  if (isNightClaw(existing)) return 'nightclaw';
  return existing.paths.length === 0 ? 'empty' : 'folder';
}

/**
 * Its registry stands among the operations pages, or its projects keep their state in fenced
 * blocks.
 */
function isNightClaw(existing: ExistingFiles): boolean {
  if (existing.has('orchestration-os/REGISTRY.md')) return true;
  const projects = existing.paths.filter((path) =>
    /^PROJECTS\/[^/]+\/LONGRUNNER(?:-DRAFT)?\.md$/.test(path),
  );
  return (
    existing.has('ACTIVE-PROJECTS.md') &&
    projects.some((path) => /^## Current Phase[ \t]*$/m.test(existing.text(path) ?? ''))
  );
}
