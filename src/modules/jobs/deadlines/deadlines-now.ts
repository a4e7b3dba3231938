/** The deadlines of JOBS.md in a snapshot: those missed that are not in the log, and the next. */
import { MANIFEST_FILE } from '../../../integrity/manifest.js';
import { defined } from '../../../kernel/defined.js';
import { fieldText, fieldTime } from '../../../project/field-text.js';
import { isZone, ownerZone } from '../../../project/owner-zone.js';
import type { Rec } from '../../../markdown/types.js';
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
/** Of the log. So many are dense only while the machine is on and somebody looks. */
const MOST_ROWS = 20_000;

/** Oldest first. Empty while nothing new was missed. */
export function missedNow(snapshot: Snapshot): readonly MissedByJob[] {
  const now = snapshot.now.getTime();
  const jobs = watchedJobs(snapshot);
  if (jobs.length === 0) return [];
  const oldest = Math.min(...jobs.map(({ deadlines }) => deadlines.since)) - BEFORE_MS;
  const { runs, recorded, since } = readLog(snapshot, oldest);
  return jobs
    .flatMap(({ of, zone, deadlines }) => {
      const own = { ...deadlines, since: Math.max(deadlines.since, since + BEFORE_MS) };
      const missed = missedDeadlines(own, runs.get(of.name) ?? [], now);
      return missed.map((each) => ({ ...each, of, zone }));
    })
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

type Log = {
  /** By job, oldest first. A run that was held back did not start. */
  readonly runs: ReadonlyMap<string, readonly Run[]>;
  readonly recorded: ReadonlySet<string>;
  /** How far back it was read. */
  readonly since: number;
};

/** Read once, and not further back than a look takes half a second. */
function readLog(snapshot: Snapshot, oldest: number): Log {
  const runs = new Map<string, Run[]>();
  const recorded = new Set<string>();
  let since = oldest;
  const rows = function* (): Generator<Rec> {
    let count = 0;
    for (const row of snapshot.rows(JOB_EVENT, { newestFirst: true })) {
      const time = fieldTime(row, 'time') ?? 0;
      if (time < oldest) return;
      if (++count > MOST_ROWS) {
        since = time;
        return;
      }
      if (fieldText(row, 'event') === 'missed') recorded.add(keyOfRow(row));
      else yield row;
    }
  };
  for (const run of jobRuns(snapshot, { rows: rows() })) {
    if (run.started === undefined || ['blocked', 'overlapped'].includes(run.verdict)) continue;
    const { run: id, started, ended, told } = run;
    const of = runs.get(run.job) ?? [];
    of.push(defined({ id, started, ended, proved: run.verdict === 'proved', told }));
    runs.set(run.job, of);
  }
  for (const of of runs.values()) of.reverse();
  return { runs, recorded, since };
}

function keyOfRow(row: Rec): string {
  return `${fieldText(row, 'job')} ${fieldText(row, 'missed')} ${fieldTime(row, 'due') ?? 0}`;
}

function keyOf({ job, kind, due }: Missed): string {
  return `${job} ${kind} ${due.at}`;
}
