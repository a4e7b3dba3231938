/** Records the deadlines that were missed, and tells the owner once for each job and day. */
import { stamp } from '../../../kernel/clock.js';
import type { ModuleChange } from '../../../passes/module.js';
import { localTime } from '../../../project/local-time.js';
import { dayIn } from '../../../project/owner-zone.js';
import { bundleChanges } from '../../../workspace/bundle.js';
import type { Snapshot, Workspace } from '../../../workspace/types.js';
import { eventChange } from '../job-log.js';
import { missedNotices, missedTopic, openNotice } from '../tell-owner.js';
import { type MissedByJob, missedNow } from './deadlines-now.js';
import type { Missed } from './missed-deadlines.js';

/** What to commit; `undefined`: nothing new was missed. @param step of the pass, for the audit. */
export function missedChange(snapshot: Snapshot, step = ''): ModuleChange | undefined {
  const missed = missedNow(snapshot);
  return missed.length === 0 ? undefined : changeOf(snapshot, missed, step);
}

/**
 * Idempotent: any process may call it at any time. @returns one sentence for each.
 * @param seen the workspace as the caller has just read it.
 */
export function recordMissed(
  workspace: Workspace,
  {
    runId = '',
    seen = workspace.snapshot(),
  }: { readonly runId?: string; readonly seen?: Snapshot } = {},
): readonly string[] {
  if (missedNow(seen).length === 0) return [];
  let said: readonly string[] = [];
  workspace.commit((snapshot) => {
    const missed = missedNow(snapshot);
    said = missed.map(missedText);
    return { actor: { kind: 'nocturne', name: 'jobs' }, runId, ...changeOf(snapshot, missed, '') };
  });
  return said;
}

function changeOf(snapshot: Snapshot, missed: readonly MissedByJob[], step: string): ModuleChange {
  const names = [...new Set(missed.map(({ job }) => job))];
  const told = names.flatMap((name) =>
    tell(
      snapshot,
      missed.filter(({ job }) => job === name),
    ),
  );
  return {
    reason: 'deadlines of jobs missed',
    ...(told.length === 0 ? {} : { bundle: 'incident_surface' }),
    changes: [
      ...missed.map((each) =>
        eventChange(snapshot, {
          event: 'missed',
          run: each.run ?? '',
          job: each.job,
          missed: each.kind,
          due: new Date(each.due.at).toISOString(),
          reasons: [missedText(each)],
        }),
      ),
      ...told.flatMap(({ changes }) => changes),
    ],
    notices: told.flatMap(({ notices }) => notices),
    audit: missed.map((each) => ({
      step,
      type: 'job_missed',
      target: each.job,
      authorisation: '',
      result: each.madeUp ? 'late' : 'missed',
      detail: missedText(each),
    })),
  };
}

/** `backup should have started by 2026-11-29 02:15 (Europe/Berlin) and did not`. */
export function missedText({ job, kind, due, zone, madeUp, run }: MissedByJob): string {
  const when = kind === 'too-long' ? localTime(new Date(due.at).toISOString(), zone) : due.shown;
  const after = madeUp ? '; a later run proved its work' : '';
  return `${job} ${WHAT[kind](`${when} (${zone})`, run)}${after}`;
}

const WHAT: Readonly<Record<Missed['kind'], (when: string, run?: string) => string>> = {
  'not-started': (when) => `should have started by ${when} and did not`,
  'not-done': (when, run) => `should have been done by ${when} and was not: ${run} began in time`,
  'too-long': (when, run) => `should have ended by ${when}: ${run} takes longer than its limit`,
};

const MOST_LINES = 20;
/** A watch that runs looks within a minute. */
const AT_ONCE_MS = 10 * 60_000;

/** Nothing where a later run made up for it, or the owner has an open question of the same day. */
function tell(
  snapshot: Snapshot,
  all: readonly MissedByJob[],
): readonly Pick<ReturnType<typeof bundleChanges>, 'changes' | 'notices'>[] {
  const open = all.filter(({ madeUp }) => !madeUp);
  const [last] = open.toReversed();
  if (last === undefined || last.of.onFailure.kind === 'nothing') return [];
  const { job, due, zone } = last;
  // That it failed is what the open question says.
  if (last.kind === 'not-done' && openNotice(snapshot, job) !== undefined) return [];
  const day = dayIn(zone, new Date(due.at));
  const before = missedNotices(snapshot, job);
  if (before.some((notice) => dayIn(zone, notice.due) === day)) return [];
  const others = open.slice(0, -1).map((each) => `- also: ${missedText(each)}`);
  const late = snapshot.now.getTime() - due.at > AT_ONCE_MS ? [lateLine(snapshot, zone)] : [];
  const body = [...others.slice(-MOST_LINES), ...late, `- nocturne job show ${job}`].join('\n');
  return [
    ...before.map(({ id }) =>
      bundleChanges(snapshot, 'notification_close', { id, reason: 'it was missed again' }),
    ),
    bundleChanges(snapshot, 'incident_surface', {
      priority: 'high',
      project: null,
      topic: missedTopic(job, stamp(new Date(due.at))),
      question: `${missedText(last)}. Answer yes when you have seen this; a run that proves what it should closes it.`,
      body,
    }),
  ];
}

function lateLine({ now }: Snapshot, zone: string): string {
  return `- Noticed at ${localTime(stamp(now), zone)}. Until then the machine slept or was off, or nothing of Nocturne ran.`;
}
