/** The pass of a project that a failed job asks for: its start, and what its brief quotes. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Fragment } from '../../agents/types.js';
import { sha256 } from '../../kernel/hash.js';
import type { Snapshot } from '../../workspace/types.js';
import { type Job, jobsOf } from './job.js';
import { type JobRun, jobRuns } from './job-log.js';

/** Starts the pass and does not wait for it. It is deferred like any other if one is working. */
export function startRepair(place: {
  readonly packageRoot: string;
  readonly root: string;
  readonly project: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}): void {
  const { packageRoot, root, project, env } = place;
  const words = ['run', 'worker', '--project', project, '--workspace', root];
  spawn(process.execPath, [join(packageRoot, 'bin/nocturne.cjs'), ...words], {
    cwd: root,
    env: { ...env },
    detached: true,
    stdio: 'ignore',
  })
    .on('error', () => undefined)
    .unref();
}

/** One for each job that asks for a pass of this project and whose last run proved nothing. */
export function failedJobFragments(snapshot: Snapshot, project: string): readonly Fragment[] {
  return jobsOf(snapshot).flatMap((job) => {
    if (job.onFailure.kind !== 'run' || job.onFailure.project !== project) return [];
    const [last] = jobRuns(snapshot, { job: job.name });
    return last === undefined || ['proved', 'running', 'overlapped'].includes(last.verdict)
      ? []
      : [fragmentOf(job, last)];
  });
}

function fragmentOf(job: Job, run: JobRun): Fragment {
  const text = [
    `The job ${job.name} is ${run.verdict}:`,
    ...run.reasons.map((reason) => `- ${reason}`),
    ...(run.output === '' ? [] : ['The end of its output:', run.output]),
  ].join('\n');
  return {
    title: `The job ${job.name} failed, and asks for this project`,
    source: `audit/job-log.jsonl#${run.run}`,
    sha256: sha256(text),
    text,
    trust: 'data',
  };
}
