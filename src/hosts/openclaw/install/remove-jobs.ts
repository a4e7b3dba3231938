/**
 * Takes our jobs away, by their ids, after a look at what they are now; other jobs are not touched.
 */
import { NocturneError } from '../../../kernel/error.js';
import { hostJobs, type OurJob, ourJobs } from './host-jobs.js';
import { type JobsPlace, refuseChanged } from './install-jobs.js';

export async function removeJobs(
  place: JobsPlace,
  { dryRun }: { readonly dryRun: boolean },
): Promise<readonly OurJob[]> {
  const ours = ourJobs(await hostJobs(place.host, place.probed), place);
  if (!place.force) refuseChanged(ours);
  if (dryRun || ours.length === 0) return ours;
  for (const { job } of ours) await place.host.json(['cron', 'rm', job.id, '--json']);
  const left = ourJobs(await hostJobs(place.host, place.probed), place).filter((candidate) =>
    ours.some(({ job }) => job.id === candidate.job.id),
  );
  if (left.length > 0)
    throw new NocturneError(
      'RUN_FAILED',
      `openclaw cron list still shows ${left.map((job) => `${job.job.name} (${job.job.id})`).join(', ')}`,
      { hint: 'the host said that it was removed; try openclaw cron rm with the id' },
    );
  return ours;
}
