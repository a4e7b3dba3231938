/** Turn-taking: how often in a row a project made no progress, and when it rests. */
import type { Rec } from '../markdown/types.js';
import type { Snapshot } from '../workspace/types.js';
import { fieldInt, fieldText, fieldTime } from '../project/field-text.js';
import { rowsSince } from '../project/recent-rows.js';
import { ownerNumber } from '../project/owner-number.js';

const DEFAULT_UNTIL_REST = 3;

/** After so many passes in a row without progress, a project waits for the owner. */
export function passesUntilRest(snapshot: Snapshot): number {
  return ownerNumber(snapshot, 'passes_without_progress', DEFAULT_UNTIL_REST);
}

/**
 * Passes in a row without progress, those included that broke down before they were recorded in the
 * project.
 */
export function stalledPasses(snapshot: Snapshot, slug: string): number {
  const project = snapshot.record('PROJECT', slug);
  return (fieldInt(project, 'last_pass.stalled') ?? 0) + brokenSince(snapshot, slug, project);
}

function brokenSince(snapshot: Snapshot, slug: string, project: Rec | undefined): number {
  const [recorded, phase] = ['last_pass.date', 'phase.started'].map((field) =>
    fieldTime(project, field),
  );
  const since = Math.max(recorded ?? 0, phase ?? 0);
  let broken = 0;
  for (const run of rowsSince(snapshot, 'RUN', { field: 'started', since, containing: slug }))
    if (
      fieldText(run, 'project') === slug &&
      fieldText(run, 'role') === 'worker' &&
      fieldText(run, 'grade') === ''
    )
      broken++;
  return broken;
}
