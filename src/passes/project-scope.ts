/**
 * What passes of a project may write and run, before any pre-approval: what T2.7 compares with, and
 * what the guard is asked about.
 */
import type { Rec } from '../markdown/types.js';
import { fieldList, fieldText } from '../project/field-text.js';
import { projectWrites } from '../project/project-writes.js';
import { recordedChanges } from '../workspace/recorded-changes.js';
import type { Snapshot } from '../workspace/types.js';

/**
 * `writes`: globs of the workspace, some of which may lead out of the project. `tools` is undefined
 * where the tool registry alone decides.
 */
export type ProjectScope = {
  readonly writes: readonly string[];
  readonly tools: readonly string[] | undefined;
  readonly phase: string;
  readonly earlierOutputs: readonly string[];
};

export function projectScope(snapshot: Snapshot, slug: string): ProjectScope {
  const project = snapshot.record('PROJECT', slug);
  const name = fieldText(project, 'phase.name');
  const phase = phaseOf(snapshot, slug, name);
  const writes = projectWrites(project, slug);
  const tools =
    phase !== undefined && fieldList(phase, 'tools').length > 0
      ? fieldList(phase, 'tools')
      : fieldList(project, 'next_pass.tools');
  return {
    writes,
    tools: tools.length === 0 ? undefined : tools,
    phase: name,
    earlierOutputs: earlierOutputs(snapshot, project),
  };
}

/** The section of the current phase in the project's PHASES.md. */
function phaseOf(snapshot: Snapshot, project: string | undefined, phase: string): Rec | undefined {
  return project === undefined
    ? undefined
    : snapshot
        .recordsIn(`PROJECTS/${project}/PHASES.md`, 'PHASES')
        .find((record) => record.key === phase);
}

/**
 * Outputs are in `PROJECTS/NAME/outputs/`. Those of an earlier phase cannot be changed any more:
 * the ones that no recorded change of the current phase wrote, whatever else happened to their
 * times or contents. In its first phase a project has none.
 */
function earlierOutputs(snapshot: Snapshot, project: Rec | undefined): readonly string[] {
  const instant = Date.parse(fieldText(project, 'phase.started'));
  const outputs = [...snapshot.files.keys()].filter((path) =>
    /^PROJECTS\/[^/]+\/outputs\//.test(path),
  );
  if (project === undefined || outputs.length === 0) return [];
  const phaseStart = { instant, address: `${project.file}#phase.started` };
  const wanted = new Set([...outputs, phaseStart.address]);
  const changes = recordedChanges(snapshot, 'PROJECTS/', (address) =>
    [address, address.replace(/#.*$/s, '')].some((name) => wanted.has(name)),
  );
  if (!changes.wasReplaced(phaseStart.address) && !followsAnother(snapshot, project)) return [];
  return outputs.filter((path) => !changes.writtenSince(path, phaseStart));
}

/** Whether a phase of the project's PHASES.md leads to the current one. */
function followsAnother(snapshot: Snapshot, project: Rec): boolean {
  const name = fieldText(project, 'phase.name');
  return snapshot
    .recordsIn(`PROJECTS/${project.key}/PHASES.md`, 'PHASES')
    .some((phase) => phase.key !== name && fieldList(phase, 'successors').includes(name));
}
