/** The deadlines of JOBS.md in a snapshot: those missed that are not in the log, and the next. */
import { MANIFEST_FILE } from '../../../integrity/manifest.js';
import { defined } from '../../../kernel/defined.js';
import { fieldText, fieldTime } from '../../../project/field-text.js';
import { isZone, ownerZone } from '../../../project/owner-zone.js';
import type { Snapshot } from '../../../workspace/types.js';
import { type Job, JOBS_PAGE, jobsOf } from '../job.js';
import { JOB_EVENT, jobRuns } from '../job-log.js';
import { scheduleOf } from './due-times.js';
import {
  type JobDeadlines,
  type Missed,
  missedDeadlines,
  nextLook,
  type Run,
} from './missed-deadlines.js';

export type MissedByJob = Missed & { readonly of: Job; readonly zone: string };

/** Longer ago, nobody wants to know. */
const BACK_MS = 31 * 86_400_000;
/** A run may begin so long before its deadline. */
const BEFORE_MS = 3 * 86_400_000;

/** Oldest first. Empty while nothing new was missed. */
export function missedNow(snapshot: Snapshot): readonly MissedByJob[] {
  const now = snapshot.now.getTime();
  const jobs = watchedJobs(snapshot);
  if (jobs.length === 0) return [];
  const since = Math.min(...jobs.map(({ deadlines }) => deadlines.since)) - BEFORE_MS;
  const runs = runsByJob(snapshot, since);
  const recorded = recordedSince(snapshot, since);
  return jobs
    .flatMap(({ of, zone, deadlines }) =>
      missedDeadlines(deadlines, runs.get(of.name) ?? [], now).map((missed) => ({
        ...missed,
        of,
        zone,
      })),
    )
    .filter((missed) => !recorded.has(keyOf(missed)))
    .sort((a, b) => a.due.at - b.due.at);
}

/** In milliseconds; `undefined` while no job has a deadline. */
export function nextDeadline(snapshot: Snapshot): number | undefined {
  const now = snapshot.now.getTime();
  const times = watchedJobs(snapshot).flatMap(({ deadlines }) => nextLook(deadlines, now) ?? []);
  return times.length === 0 ? undefined : Math.min(...times);
}

type Watched = { readonly of: Job; readonly zone: string; readonly deadlines: JobDeadlines };

function watchedJobs(snapshot: Snapshot): readonly Watched[] {
  const signed = fieldTime(snapshot.record('MANIFEST', JOBS_PAGE), 'signed_at');
  const now = snapshot.now.getTime();
  // Of a page that was never signed, nobody knows since when it asks for anything.
  if (signed === undefined || !snapshot.files.has(MANIFEST_FILE)) return [];
  const since = Math.max(signed, now - BACK_MS);
  const own = ownerZone(snapshot);
  return jobsOf(snapshot).flatMap((of) => {
    const zone = isZone(of.timeZone) ? of.timeZone : own;
    const { name, graceMs, timeLimitMs } = of;
    const startBy = scheduleOf(of.startBy, zone);
    const doneBy = scheduleOf(of.doneBy, zone);
    if (startBy === undefined && doneBy === undefined && timeLimitMs === undefined) return [];
    return [{ of, zone, deadlines: { name, startBy, doneBy, graceMs, timeLimitMs, since } }];
  });
}

/** Oldest first. A run that was held back did not start. */
function runsByJob(snapshot: Snapshot, since: number): ReadonlyMap<string, readonly Run[]> {
  const runs = new Map<string, Run[]>();
  for (const run of jobRuns(snapshot, { since })) {
    if (run.started === undefined || ['blocked', 'overlapped'].includes(run.verdict)) continue;
    const { run: id, started, ended, told } = run;
    const proved = run.verdict === 'proved';
    const of = runs.get(run.job) ?? [];
    of.unshift(defined({ id, started, ended, proved, told }));
    runs.set(run.job, of);
  }
  return runs;
}

function recordedSince(snapshot: Snapshot, since: number): ReadonlySet<string> {
  const recorded = new Set<string>();
  for (const row of snapshot.rows(JOB_EVENT, { newestFirst: true })) {
    if ((fieldTime(row, 'time') ?? 0) < since) break;
    if (fieldText(row, 'event') !== 'missed') continue;
    const at = fieldTime(row, 'due') ?? 0;
    recorded.add(`${fieldText(row, 'job')} ${fieldText(row, 'missed')} ${at}`);
  }
  return recorded;
}

function keyOf({ job, kind, due }: Missed): string {
  return `${job} ${kind} ${due.at}`;
}
