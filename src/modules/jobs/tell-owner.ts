/**
 * What the owner is told about a job: one notification when it stops proving what it should, until
 * a run proves it again.
 */
import { bundleChanges } from '../../workspace/bundle.js';
import type { ChangeSet, Snapshot } from '../../workspace/types.js';
import { fieldText } from '../../project/field-text.js';
import type { OnFailure } from './job.js';
import { jobRuns } from './job-log.js';

export type Told = Pick<ChangeSet, 'changes' | 'notices' | 'bundle'>;
export type Trouble = {
  readonly job: string;
  /** One sentence: what was seen, and what was expected. */
  readonly what: string;
  readonly details: readonly string[];
  readonly onFailure: OnFailure;
};

const NOTHING: Told = { changes: [] };
const MOST_DETAILS = 20;

/** The topic of a notification about a job. */
export function topicOf(job: string): string {
  return `job-${job}`;
}

/** The notification about this job that is not done yet. */
export function openNotice(snapshot: Snapshot, job: string): string | undefined {
  return snapshot
    .records('NOTIFICATION')
    .find(
      (record) =>
        fieldText(record, 'topic') === topicOf(job) && fieldText(record, 'status') !== 'done',
    )?.key;
}

/** The topic of a notification about a deadline of the job; no name of a job has an `@`. */
export function missedTopic(job: string, due: string): string {
  return `${topicOf(job)}@${due}`;
}

/** The notifications about deadlines of this job that are not done yet. */
export function missedNotices(
  snapshot: Snapshot,
  job: string,
): readonly { readonly id: string; readonly due: Date }[] {
  const stem = missedTopic(job, '');
  return snapshot
    .records('NOTIFICATION')
    .filter((record) => fieldText(record, 'status') !== 'done')
    .map((record) => ({ id: record.key, topic: fieldText(record, 'topic') }))
    .filter(({ topic }) => topic.startsWith(stem))
    .map(({ id, topic }) => ({ id, due: new Date(topic.slice(stem.length)) }));
}

/** Nothing if the owner was told since the last run that proved what it should. */
export function tellTrouble(snapshot: Snapshot, trouble: Trouble): Told {
  const { job, what, details, onFailure } = trouble;
  if (onFailure.kind === 'nothing' || openNotice(snapshot, job) !== undefined) return NOTHING;
  if (wasTold(snapshot, job)) return NOTHING;
  const shown = details.slice(0, MOST_DETAILS).map((line) => `- ${line.replace(/\s+/g, ' ')}`);
  const told = bundleChanges(snapshot, 'incident_surface', {
    priority: 'high',
    project: null,
    topic: topicOf(job),
    question: `${what} Answer yes when you have seen this; a run that proves what it should closes it.`,
    body: [...shown, `- nocturne job show ${job}`].join('\n'),
  });
  return { ...told, bundle: 'incident_surface' };
}

/** Closes what is open about the job, after a run that proved what it should. */
export function tellProof(snapshot: Snapshot, job: string): Told {
  const failed = openNotice(snapshot, job);
  const missed = missedNotices(snapshot, job).map(({ id }) => id);
  const ids = [...(failed === undefined ? [] : [failed]), ...missed];
  if (ids.length === 0) return NOTHING;
  const closed = ids.map((id) =>
    bundleChanges(snapshot, 'notification_close', { id, reason: `${job} is proved` }),
  );
  return { changes: closed.flatMap(({ changes }) => changes), bundle: 'notification_close' };
}

/** An owner who has seen it is not told about each further run. */
function wasTold(snapshot: Snapshot, job: string): boolean {
  for (const run of jobRuns(snapshot, { job })) {
    if (run.verdict === 'proved') return false;
    if (run.told) return true;
  }
  return false;
}
