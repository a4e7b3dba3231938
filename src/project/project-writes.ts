/** What a project says that its passes may write. */
import type { Rec } from '../markdown/types.js';
import { fieldList } from './field-text.js';

const DEFAULT_WRITES = ['outputs/**'];

/** Globs of the workspace, some of which may lead out of the project. */
export function projectWrites(project: Rec | undefined, slug: string): readonly string[] {
  const declared = fieldList(project, 'next_pass.writes');
  return (declared.length === 0 ? DEFAULT_WRITES : declared).map((glob) =>
    projectWrite(slug, glob),
  );
}

/**
 * A glob of the project's scope as a glob of the workspace; `../` climbs out of the project and
 * needs a pre-approval, `/` means the workspace's root.
 */
export function projectWrite(slug: string, glob: string): string {
  if (glob.startsWith('/')) return glob.slice(1);
  const parts = `PROJECTS/${slug}/${glob}`.split('/');
  const out: string[] = [];
  for (const part of parts) {
    if (part === '..') out.pop();
    else if (part !== '.') out.push(part);
  }
  return out.join('/');
}
