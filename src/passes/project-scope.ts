/** What passes of a project may write and run, before any pre-approval: what T2.7 compares with, and what the guard is asked about. */
import { fieldList, fieldText } from '../project/field-text.js';
import type { Snapshot } from '../workspace/types.js';
import { phaseOf } from './t4-brief.js';

/** `writes`: globs of the workspace, some of which may lead out of the project. `tools` is missing where the tool registry alone decides. */
export type ProjectScope = { readonly writes: readonly string[]; readonly tools?: readonly string[]; readonly phase: string; readonly phaseStarted: string };

const DEFAULT_WRITES = ['outputs/**'];

export function projectScope(snapshot: Snapshot, slug: string): ProjectScope {
  const project = snapshot.record('PROJECT', slug);
  const name = fieldText(project, 'phase.name');
  const phase = phaseOf(snapshot, slug, name);
  const declared = fieldList(project, 'next_pass.writes');
  const writes = (declared.length === 0 ? DEFAULT_WRITES : declared).map((glob) => scoped(slug, glob));
  const tools = phase !== undefined && fieldList(phase, 'tools').length > 0 ? fieldList(phase, 'tools') : fieldList(project, 'next_pass.tools');
  return { writes, ...(tools.length === 0 ? {} : { tools }), phase: name, phaseStarted: fieldText(project, 'phase.started') };
}

/** A glob of the project's scope as a glob of the workspace; `../` climbs out of the project and needs a pre-approval, `/` means the workspace's root. */
function scoped(slug: string, glob: string): string {
  if (glob.startsWith('/')) return glob.slice(1);
  const parts = `PROJECTS/${slug}/${glob}`.split('/');
  const out: string[] = [];
  for (const part of parts) {
    if (part === '..') out.pop();
    else if (part !== '.') out.push(part);
  }
  return out.join('/');
}
