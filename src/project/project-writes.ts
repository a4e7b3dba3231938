/** What a project says that its passes may write. */
import { globCovers } from '../kernel/glob-cover.js';
import type { Rec } from '../markdown/types.js';
import type { Snapshot } from '../workspace/types.js';
import { fieldList } from './field-text.js';
import { authorise, type Permission } from './preapproval.js';

/** What a pass may write where its pre-approval says so. */
export const EXTENDED_WRITES = 'file-write-extended';

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

export type Beyond = {
  readonly globs: readonly string[];
  /** One pre-approval for all of them, because a pass uses one. */
  readonly permission: Permission;
};

/** What of a scope leads out of the project; `undefined`: nothing. */
export function beyondProject(
  snapshot: Snapshot,
  scope: {
    readonly slug: string;
    readonly phase: string | undefined;
    readonly writes: readonly string[];
  },
): Beyond | undefined {
  const { slug, phase, writes } = scope;
  const globs = writes.filter((glob) => !globCovers(`PROJECTS/${slug}/**`, glob));
  if (globs.length === 0) return undefined;
  const request = { actionClass: EXTENDED_WRITES, targets: globs, project: slug, phase };
  return { globs, permission: authorise(snapshot, request) };
}
