/**
 * Module jobs: proof for jobs of any host. JOBS.md says what a run has to prove; a run is looked at
 * before and after, and its verdict is a row of the job log.
 */
import type { Module } from '../types.js';
import { automationRuns } from './automation-runs.js';
import { jobHeartbeat } from './commands/heartbeat.js';
import { jobCheck, jobHistory, jobList, jobShow } from './commands/look.js';
import { jobNew } from './commands/new.js';
import { jobRun } from './commands/run.js';
import { deadlineService } from './deadlines/deadline-service.js';
import { missedLines, missedSince } from './deadlines/missed-lines.js';
import { missedChange, recordMissed } from './deadlines/record-missed.js';
import { heartbeatService } from './heartbeat/heartbeat-service.js';
import { failedJobFragments } from './repair-pass.js';
import { closeLostRuns } from './record-end.js';
import { failedJobs, jobStates, stateLines } from './tell-jobs.js';

export { afterRun, beforeRun } from './around-run.js';
export { judgeRun } from './judge-run.js';

export const module: Module = {
  name: 'jobs',
  onChange: () => undefined,
  before: ({ snapshot, step }) => missedChange(snapshot, step),
  fragments: ({ snapshot, project }) =>
    project === undefined ? [] : failedJobFragments(snapshot, project),
  failures: ({ snapshot, since }) =>
    [...failedJobs(snapshot, since), ...missedSince(snapshot, since)].map((line) => ({ line })),
  state({ snapshot }) {
    const states = jobStates(snapshot);
    if (states.length === 0) return undefined;
    const missed = missedLines(snapshot);
    const facts = states.map((state) => ({ ...state, missed: missed.get(state.name) ?? [] }));
    return { lines: [...stateLines(states), ...[...missed.values()].flat()], facts };
  },
  sweep({ workspace, snapshot, runId }) {
    const lost = closeLostRuns(workspace).map((run) => `${run} is lost`);
    const seen = lost.length === 0 ? snapshot : workspace.snapshot();
    return [...lost, ...recordMissed(workspace, { runId, seen })];
  },
  serve: (context) => [deadlineService(context), heartbeatService(context)],
  automationWatch: automationRuns,
  commands: {
    'job run': jobRun,
    'job list': jobList,
    'job show': jobShow,
    'job history': jobHistory,
    'job check': jobCheck,
    'job new': jobNew,
    'job heartbeat': jobHeartbeat,
  },
};
