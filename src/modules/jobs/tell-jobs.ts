/** What the morning page and `status` say about jobs. */
import { plural } from '../../kernel/words.js';
import { plain } from '../../project/page-text.js';
import type { Snapshot } from '../../workspace/types.js';
import { type Job, jobsOf } from './job.js';
import { type JobRun, jobRuns } from './job-log.js';

/** One line for each job of which a run since then did not prove what it should. */
export function failedJobs(snapshot: Snapshot, since: Date): readonly string[] {
  const runs = [...jobRuns(snapshot, { since: since.getTime() })];
  const names = new Set(runs.filter(isBad).map(({ job }) => job));
  return [...names].map((name) => {
    const own = runs.filter(({ job, verdict }) => job === name && verdict !== 'overlapped');
    const bad = own.filter(isBad);
    const [last] = own;
    const [newest] = bad;
    const reason = plain(newest?.reasons[0] ?? newest?.verdict ?? '');
    const over = last !== undefined && isBad(last) ? '' : '; the last run is proved again';
    const count = `${bad.length} of ${plural(own.length, 'run')}`;
    return `job ${name}: ${count} did not prove what it should: ${reason}${over}`;
  });
}

export type JobState = Pick<Job, 'name' | 'host'> & {
  readonly verdict: JobRun['verdict'] | 'never-run';
  readonly run: string;
  /** ISO 8601; empty: it has not run. */
  readonly started: string;
  readonly reasons: readonly string[];
};

export function jobStates(snapshot: Snapshot): readonly JobState[] {
  const jobs = jobsOf(snapshot);
  const last = lastRuns(snapshot, new Set(jobs.map(({ name }) => name)));
  return jobs.map(({ name, host }) => {
    const run = last.get(name);
    return {
      name,
      host,
      verdict: run?.verdict ?? 'never-run',
      run: run?.run ?? '',
      started: run?.started === undefined ? '' : new Date(run.started).toISOString(),
      reasons: run?.reasons ?? [],
    };
  });
}

export function stateLines(states: readonly JobState[]): readonly string[] {
  return states
    .filter(({ verdict }) => ['unproved', 'failed', 'blocked', 'unknown'].includes(verdict))
    .map(({ name, verdict, reasons }) => `Job ${name} is ${verdict}: ${reasons[0] ?? ''}`);
}

/** Of each job the last run that was not held back by another one. */
function lastRuns(snapshot: Snapshot, wanted: ReadonlySet<string>): ReadonlyMap<string, JobRun> {
  const last = new Map<string, JobRun>();
  if (wanted.size === 0) return last;
  for (const run of jobRuns(snapshot)) {
    if (run.verdict === 'overlapped' || !wanted.has(run.job) || last.has(run.job)) continue;
    last.set(run.job, run);
    if (last.size === wanted.size) break;
  }
  return last;
}

function isBad({ verdict }: JobRun): boolean {
  return !['proved', 'running', 'overlapped'].includes(verdict);
}
