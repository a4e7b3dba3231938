/** What passes of a project may write and run, before any pre-approval: what T2.7 compares with, and what the guard is asked about. */
import { fieldList, fieldText } from '../project/field-text.js';
import { projectWrites } from '../project/project-writes.js';
import type { Snapshot } from '../workspace/types.js';
import { phaseOf } from './t4-brief.js';

/** `writes`: globs of the workspace, some of which may lead out of the project. `tools` is missing where the tool registry alone decides. */
export type ProjectScope = { readonly writes: readonly string[]; readonly tools?: readonly string[]; readonly phase: string; readonly phaseStarted: string };

export function projectScope(snapshot: Snapshot, slug: string): ProjectScope {
  const project = snapshot.record('PROJECT', slug);
  const name = fieldText(project, 'phase.name');
  const phase = phaseOf(snapshot, slug, name);
  const writes = projectWrites(project, slug);
  const tools = phase !== undefined && fieldList(phase, 'tools').length > 0 ? fieldList(phase, 'tools') : fieldList(project, 'next_pass.tools');
  return { writes, ...(tools.length === 0 ? {} : { tools }), phase: name, phaseStarted: fieldText(project, 'phase.started') };
}
