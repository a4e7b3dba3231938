/**
 * Module jobs: proof for jobs of any host. JOBS.md says what a run has to prove; a run is looked at
 * before and after, and its verdict is a row of the job log.
 */
import type { Module } from '../types.js';
import { automationRuns } from './automation-runs.js';
import { jobCheck, jobHistory, jobList, jobShow } from './commands/look.js';
import { jobRun } from './commands/run.js';
import { failedJobFragments } from './repair-pass.js';
import { closeLostRuns } from './record-end.js';
import { failedJobs, jobStates, stateLines } from './tell-jobs.js';

export { afterRun, beforeRun } from './around-run.js';
export { judgeRun } from './judge-run.js';

export const module: Module = {
  name: 'jobs',
  onChange: () => undefined,
  fragments: ({ snapshot, project }) =>
    project === undefined ? [] : failedJobFragments(snapshot, project),
  failures: ({ snapshot, since }) => failedJobs(snapshot, since),
  state(snapshot) {
    const states = jobStates(snapshot);
    return states.length === 0 ? undefined : { lines: stateLines(states), facts: states };
  },
  sweep: ({ workspace }) => closeLostRuns(workspace).map((run) => `${run} is lost`),
  automationWatch: automationRuns,
  commands: {
    'job run': jobRun,
    'job list': jobList,
    'job show': jobShow,
    'job history': jobHistory,
    'job check': jobCheck,
  },
};
