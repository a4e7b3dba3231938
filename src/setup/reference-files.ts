/** The files of the reference workspace, as shipped at the root of the package. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastGlob from 'fast-glob';

const PATTERNS = [
  '{SOUL,AGENTS,AGENTS-CORE,AGENTS-LESSONS,IDENTITY,USER,MEMORY,REGISTRY,MODEL-TIERS,INTEGRITY-MANIFEST,ACTIVE-PROJECTS,NOTIFICATIONS,NOTIFICATIONS-ARCHIVE,LOCK}.md',
  'orchestration-os/**/*.md',
  'audit/*.md',
  'PROJECTS/*.md',
  'memory/README.md',
];

/** Paths relative to the package, sorted. */
export function referenceFiles(packageRoot: string): readonly string[] {
  return fastGlob.sync(PATTERNS, { cwd: packageRoot, onlyFiles: true, dot: false }).sort();
}

export function referenceText(packageRoot: string, path: string): string {
  return readFileSync(join(packageRoot, path), 'utf8');
}
