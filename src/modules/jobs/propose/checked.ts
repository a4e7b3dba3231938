/** The section of a job in the page as it would be, and which of its conditions hold already. */
import { isMet } from '../../../governance/conditions/evaluate.js';
import { overlay } from '../../../workspace/overlay.js';
import type { Snapshot } from '../../../workspace/types.js';
import { evaluate } from '../around-run.js';
import { openBase } from '../base-folder.js';
import { jobNamed, JOBS_PAGE } from '../job.js';
import { jobSection } from './job-section.js';
import type { Proposal } from './propose.js';
import type { WatchedJob } from './watched-job.js';

/**
 * Without conditions that do not hold after the last run: older files may match the same glob.
 * @throws NocturneError if the page would not be valid.
 */
export async function withoutUnmet(
  snapshot: Snapshot,
  watched: WatchedJob,
  proposals: readonly Proposal[],
): Promise<readonly Proposal[]> {
  const proves = proposals.filter(({ field }) => field === 'proves');
  if (proves.length === 0) return proposals;
  const page = pageWith(snapshot, jobSection(watched, proves));
  const job = jobNamed(overlay(snapshot, new Map([[JOBS_PAGE, page]])), watched.name);
  const base = openBase(snapshot, job.base);
  const results = await evaluate(job.proves, { job, base });
  const unmet = new Set(proves.filter((_, i) => !isHeld(results[i])));
  return proposals.filter((proposal) => !unmet.has(proposal));
}

function isHeld(result: Parameters<typeof isMet>[0] | undefined): boolean {
  return result !== undefined && isMet(result);
}

export function pageWith(snapshot: Snapshot, section: string): string {
  return `${(snapshot.text(JOBS_PAGE) ?? '# Jobs\n').trimEnd()}\n${section}`;
}
