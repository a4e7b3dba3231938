/** Writes the section of a job to JOBS.md, in the owner's name. The owner signs the page. */
import { actingAsOwner, commitEdit } from '../../../passes/commit-edit.js';
import { NocturneError } from '../../../kernel/error.js';
import { fieldText } from '../../../project/field-text.js';
import type { Workspace } from '../../../workspace/types.js';
import { JOBS_PAGE } from '../job.js';
import { pageWith } from './checked.js';
import { jobSection } from './job-section.js';
import type { Proposal } from './propose.js';
import type { WatchedJob } from './watched-job.js';

/** @throws NocturneError `EXISTS` if the page has the job by now. */
export function declareJob(
  workspace: Workspace,
  job: WatchedJob,
  accepted: readonly Proposal[],
): void {
  const owner = fieldText(workspace.snapshot().records('OWNER')[0], 'name') || 'owner';
  commitEdit(workspace, actingAsOwner(owner), {
    door: 'command line',
    plan: (snapshot) => {
      if (snapshot.record('JOB', job.name) !== undefined)
        throw new NocturneError('EXISTS', `${JOBS_PAGE} has a job ${job.name} already`, {
          file: JOBS_PAGE,
          hint: 'edit its section, or name this one with --name',
        });
      return {
        changes: [
          {
            kind: 'write',
            path: JOBS_PAGE,
            content: pageWith(snapshot, jobSection(job, accepted)),
          },
        ],
        reason: 'new job',
        audit: { type: 'job_new', target: job.name, detail: `${accepted.length} fields` },
      };
    },
  });
}
