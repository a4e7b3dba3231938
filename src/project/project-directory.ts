/** Where a project lives. */
import { posix } from 'node:path';
import type { Snapshot } from '../workspace/types.js';

/** The project's folder: where its record is, or where it would be. */
export function projectDirectory(snapshot: Snapshot, project: string): string {
  const record = snapshot.record('PROJECT', project) ?? snapshot.record('DRAFT', project);
  return record === undefined ? `PROJECTS/${project}` : posix.dirname(record.file);
}
