/**
 * Which deadlines of a job passed without the run that they ask for. Pure: jobs, runs and times in,
 * missed deadlines out.
 */
import { defined } from '../../../kernel/defined.js';
import { dueTimes, type DueTime, nextDue, type Schedule } from './due-times.js';

export type JobDeadlines = {
  readonly name: string;
  readonly startBy: Schedule | undefined;
  readonly doneBy: Schedule | undefined;
  /** How late a run may be. */
  readonly graceMs: number;
  readonly timeLimitMs: number | undefined;
  /** Deadlines up to this instant were judged before, or the job was not declared then. */
  readonly since: number;
};

/** `told`: the owner has a question about how it ended. */
export type Run = {
  readonly id: string;
  readonly started: number;
  readonly ended?: number;
  readonly proved: boolean;
  readonly told: boolean;
};

/**
 * `not-started`: no run began. `not-done`: a run began, and none proved its work in time.
 * `too-long`: a run takes longer than its limit.
 */
export type Missed = {
  readonly job: string;
  readonly kind: 'not-started' | 'not-done' | 'too-long';
  /** When it should have started or ended. */
  readonly due: DueTime;
  /** The run that is late or takes too long. */
  readonly run?: string;
  /** A later run has proved its work by now. */
  readonly madeUp: boolean;
};

/** Of each deadline: a job that runs each minute shall not fill the page after a holiday. */
const MOST = 50;
const DAY_MS = 86_400_000;

/** Oldest first. @param runs oldest first. */
export function missedDeadlines(
  job: JobDeadlines,
  runs: readonly Run[],
  now: number,
): readonly Missed[] {
  const isStart = (run: Run): boolean => run.started <= now;
  const notStarted = judged(job, { schedule: job.startBy, runs, now, meets: isStart });
  const notDone = judged(job, {
    schedule: job.doneBy,
    runs,
    now,
    meets: (run, limit) => run.proved && run.ended !== undefined && run.ended <= limit,
  });
  return [
    ...notStarted.map((missed) => missedOf(job, { ...missed, kind: 'not-started', runs })),
    ...notDone
      .filter(
        ({ begun, due }) => !begun.some(({ told }) => told) && !isTold(notStarted, due, begun),
      )
      .map((missed) =>
        missedOf(job, {
          ...missed,
          kind: missed.begun.length === 0 ? 'not-started' : 'not-done',
          runs,
        }),
      ),
    ...tooLong(job, runs, now),
  ].sort((a, b) => a.due.at - b.due.at);
}

/** When the next deadline passes; `undefined` if none does. */
export function nextLook(job: JobDeadlines, after: number): number | undefined {
  const times = [job.startBy, job.doneBy].flatMap((schedule) => {
    const due = schedule === undefined ? undefined : nextDue(schedule, after - job.graceMs);
    return due === undefined ? [] : [due.at + job.graceMs];
  });
  return times.length === 0 ? undefined : Math.min(...times);
}

/** `begun`: the runs that began in time for it. */
type Judged = { readonly due: DueTime; readonly begun: readonly Run[] };

/**
 * The deadlines that passed since the last look and that no run meets. A run may begin at most a
 * day before. After a deadline that was missed, a run in the first half of the time to the next one
 * is the late run of the former.
 */
function judged(
  { graceMs, since }: JobDeadlines,
  options: {
    readonly schedule: Schedule | undefined;
    readonly runs: readonly Run[];
    readonly now: number;
    readonly meets: (run: Run, limit: number) => boolean;
  },
): readonly Judged[] {
  const { schedule, runs, now, meets } = options;
  if (schedule === undefined) return [];
  const [after, until] = [since - graceMs, now - graceMs];
  const passed = dueTimes(schedule, { after, until, most: MOST });
  const first = passed[0]?.at ?? until;
  const missed: Judged[] = [];
  let previous = { at: first - 2 * DAY_MS, met: true };
  const before = dueTimes(schedule, { after: first - 2 * DAY_MS, until: first - 1, most: 1 });
  for (const due of [...before, ...passed]) {
    const half = previous.met ? 1 : 0.5;
    const from = Math.max(due.at - DAY_MS, due.at - (due.at - previous.at) * half);
    const limit = due.at + graceMs;
    const begun = runs.filter(({ started }) => started > from && started <= limit);
    const met = begun.some((run) => meets(run, limit));
    if (!met && due.at >= first) missed.push({ due, begun });
    previous = { at: due.at, met };
  }
  return missed;
}

/** Nothing began, which the deadline for the start of the same run says. */
function isTold(notStarted: readonly Judged[], due: DueTime, begun: readonly Run[]): boolean {
  return (
    begun.length === 0 &&
    notStarted.some((start) => start.due.at <= due.at && due.at - start.due.at < DAY_MS)
  );
}

function missedOf(
  { name, graceMs }: JobDeadlines,
  {
    kind,
    due,
    begun,
    runs,
  }: Judged & { readonly kind: Missed['kind']; readonly runs: readonly Run[] },
): Missed {
  const limit = due.at + graceMs;
  const madeUp = runs.some((run) => run.proved && (run.ended ?? 0) > limit);
  const run = begun.at(-1)?.id;
  return defined({ job: name, kind, due, madeUp, run });
}

/** Runs that passed their limit since the last look, and are not over. */
function tooLong(
  { name, timeLimitMs, since }: JobDeadlines,
  runs: readonly Run[],
  now: number,
): readonly Missed[] {
  if (timeLimitMs === undefined) return [];
  return runs.flatMap(({ id, started, ended }): readonly Missed[] => {
    const at = started + timeLimitMs;
    if (ended !== undefined || at > now || at <= since) return [];
    const shown = new Date(at).toISOString().slice(0, 16).replace('T', ' ');
    return [{ job: name, kind: 'too-long', due: { at, shown }, run: id, madeUp: false }];
  });
}
