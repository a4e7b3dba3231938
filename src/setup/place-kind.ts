/** What kind of place a directory is before it is set up. */
import type { ExistingFiles } from './existing-files.js';

/**
 * `empty`: nothing there. `workspace`: it has our registry. `nightclaw`: a NightClaw workspace.
 * `openclaw`: an agent's workspace with the files that OpenClaw puts
 * into prompts. `folder`: files of another kind.
 */
export type PlaceKind = 'empty' | 'workspace' | 'nightclaw' | 'openclaw' | 'folder';

const INJECTED = [
  'AGENTS.md',
  'SOUL.md',
  'IDENTITY.md',
  'USER.md',
  'MEMORY.md',
  'BOOTSTRAP.md',
  'TOOLS.md',
  'HEARTBEAT.md',
];
const OURS = /^## R1 Objects[ \t]*$/m;

export function placeKind(existing: ExistingFiles): PlaceKind {
  if (OURS.test(existing.text('REGISTRY.md') ?? '')) return 'workspace';
  if (isNightClaw(existing)) return 'nightclaw';
  const names = new Set(existing.paths.map((path) => path.toLowerCase()));
  if (INJECTED.filter((name) => names.has(name.toLowerCase())).length >= 2) return 'openclaw';
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
