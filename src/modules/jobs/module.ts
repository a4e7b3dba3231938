/**
 * Module jobs: proof for jobs of any host. JOBS.md says what a run has to prove; a run is looked at
 * before and after, and its verdict is a row of the job log.
 */
import type { Module } from '../types.js';
import { jobRun } from './commands/run.js';
import { deadlineService } from './deadlines/deadline-service.js';
import { missedChange, recordMissed } from './deadlines/record-missed.js';
import { closeLostRuns } from './record-end.js';

export { afterRun, beforeRun } from './around-run.js';
export { judgeRun } from './judge-run.js';

export const module: Module = {
  name: 'jobs',
  onChange: () => undefined,
  before: ({ snapshot, step }) => missedChange(snapshot, step),
  sweep: ({ workspace, runId }) => [
    ...closeLostRuns(workspace).map((run) => `${run} is lost`),
    ...recordMissed(workspace, runId),
  ],
  serve: deadlineService,
  commands: { 'job run': jobRun },
};
