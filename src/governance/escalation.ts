/** Questions that only the owner can answer: which are open, and which are not shown yet. */
import { lastManagerRun } from './last-manager-run.js';
import { isOpenQuestion } from '../project/question-state.js';
import type { Rec } from '../markdown/types.js';
import type { Snapshot } from '../workspace/types.js';
import { fieldText, fieldTime } from '../project/field-text.js';

export type Escalation = {
  readonly slug: string;
  readonly question: string;
  readonly notification: string | undefined;
  readonly priority: string;
  readonly since: Date | undefined;
  /** Raised after the last manager pass began. */
  readonly unseen: boolean;
};

const RANK: Readonly<Record<string, number>> = { critical: 0, high: 1, medium: 2, low: 3 };

/** The most urgent first, then the oldest. */
export function openEscalations(snapshot: Snapshot): readonly Escalation[] {
  const seenUntil = lastManagerStart(snapshot);
  return snapshot
    .records('DISPATCH')
    .filter((row) => fieldText(row, 'escalation') !== '')
    .map((row) => escalationOf(row, asking(snapshot, fieldText(row, 'slug')), seenUntil))
    .sort(
      (a, b) =>
        (RANK[a.priority] ?? 4) - (RANK[b.priority] ?? 4) ||
        (a.since?.getTime() ?? 0) - (b.since?.getTime() ?? 0),
    );
}

export function openEscalation(row: Rec): string | undefined {
  const text = fieldText(row, 'escalation');
  return text === '' ? undefined : text;
}

function asking(snapshot: Snapshot, slug: string): Rec | undefined {
  return snapshot
    .records('NOTIFICATION')
    .findLast(
      (record) =>
        fieldText(record, 'project') === slug &&
        isOpenQuestion(snapshot, record) &&
        ['escalation', 'transition'].includes(fieldText(record, 'kind')),
    );
}

function escalationOf(
  row: Rec,
  notification: Rec | undefined,
  seenUntil: number | undefined,
): Escalation {
  const since = fieldTime(notification, 'time');
  return {
    slug: fieldText(row, 'slug'),
    question: fieldText(row, 'escalation'),
    notification: notification?.key,
    priority: fieldText(notification, 'priority'),
    since: since === undefined ? undefined : new Date(since),
    unseen: seenUntil === undefined || since === undefined || since >= seenUntil,
  };
}

function lastManagerStart(snapshot: Snapshot): number | undefined {
  return fieldTime(lastManagerRun(snapshot), 'started');
}
