/**
 * Passes' questions about actions out of scope, from the rows of the log. Only legal rows count;
 * time alone decides nothing.
 */
import { fieldText, instant } from '../../project/field-text.js';
import type { Rec } from '../../markdown/types.js';
import type { Snapshot } from '../../workspace/types.js';

export const APPROVAL_EVENTS = [
  'requested',
  'approved',
  'declined',
  'used',
  'expired',
  'voided',
] as const;
export type ApprovalEvent = (typeof APPROVAL_EVENTS)[number];
export type ApprovalStatus = 'open' | Exclude<ApprovalEvent, 'requested'>;
export type ApprovalAction = 'write' | 'edit' | 'append' | 'delete' | 'rename' | 'exec';

export type Approval = {
  readonly id: string;
  readonly status: ApprovalStatus;
  /** SHA-256 of exactly what would be done. */
  readonly payload: string;
  readonly action: ApprovalAction;
  readonly target: string;
  readonly project: string;
  /** The pass that asked. */
  readonly runId: string;
  /** The pass that used it. */
  readonly usedIn: string;
  readonly requested: string;
  /** Time and actor of the last event. */
  readonly at: string;
  readonly by: string;
  /** When it can no longer be decided or, once approved, used. Milliseconds. */
  readonly expires: number;
};

const NEXT: Readonly<Record<ApprovalStatus, readonly ApprovalEvent[]>> = {
  open: ['approved', 'declined', 'expired', 'voided'],
  approved: ['used', 'expired', 'voided'],
  declined: [],
  used: [],
  expired: [],
  voided: [],
};

/** `undefined`: the event may not follow. @param status `undefined`: not asked yet. */
export function afterEvent(
  status: ApprovalStatus | undefined,
  event: ApprovalEvent,
): ApprovalStatus | undefined {
  if (status === undefined) return event === 'requested' ? 'open' : undefined;
  return event !== 'requested' && NEXT[status].includes(event) ? event : undefined;
}

export type ApprovalRow = {
  readonly id: string;
  readonly time: string;
  readonly event: ApprovalEvent;
  readonly payload: string;
  readonly action: ApprovalAction;
  readonly target: string;
  readonly project: string;
  readonly runId: string;
  readonly expires: string;
  readonly by: string;
};

/** An illegal row, or one about another payload, changes nothing. */
export function reduceApprovals(rows: Iterable<ApprovalRow>): ReadonlyMap<string, Approval> {
  const approvals = new Map<string, Approval>();
  for (const row of rows) {
    const previous = approvals.get(row.id);
    const status = afterEvent(previous?.status, row.event);
    if (status === undefined || (previous !== undefined && previous.payload !== row.payload))
      continue;
    const expires = instant(row.expires) ?? previous?.expires ?? 0;
    approvals.set(
      row.id,
      previous === undefined
        ? {
            id: row.id,
            status,
            payload: row.payload,
            action: row.action,
            target: row.target,
            project: row.project,
            runId: row.runId,
            usedIn: '',
            requested: row.time,
            at: row.time,
            by: row.by,
            expires,
          }
        : {
            ...previous,
            status,
            at: row.time,
            by: row.by,
            expires,
            usedIn: row.event === 'used' ? row.runId : previous.usedIn,
          },
    );
  }
  return approvals;
}

/** Pages and channels ask for the approval of each question. */
const reduced = new WeakMap<Snapshot, ReadonlyMap<string, Approval>>();

export function approvalsOf(snapshot: Snapshot): ReadonlyMap<string, Approval> {
  const known = reduced.get(snapshot);
  if (known !== undefined) return known;
  const approvals = reduceApprovals(Array.from(snapshot.rows('APPROVAL'), rowOf));
  reduced.set(snapshot, approvals);
  return approvals;
}

/** An approval is `expired` when its time is over, even before a row says so. */
export function statusAt(approval: Approval, now: Date): ApprovalStatus {
  const ends = approval.status === 'open' || approval.status === 'approved';
  return ends && approval.expires <= now.getTime() ? 'expired' : approval.status;
}

/** One above the highest; the log never loses a row. */
export function nextApprovalId(approvals: ReadonlyMap<string, Approval>): string {
  const highest = Math.max(
    0,
    ...[...approvals.keys()].map((id) => Number.parseInt(id.slice('AP-'.length), 10) || 0),
  );
  return `AP-${String(highest + 1).padStart(3, '0')}`;
}

/** `undefined`: the notification is not about an approval. */
export function approvalAsked(notification: Rec): string | undefined {
  return fieldText(notification, 'kind') === 'approval'
    ? /^AP-\d{3,}(?=:)/.exec(fieldText(notification, 'action_needed'))?.[0]
    : undefined;
}

function rowOf(record: Rec): ApprovalRow {
  const text = (field: string): string => fieldText(record, field);
  return {
    id: text('id'),
    time: text('time'),
    event: text('event') as ApprovalEvent,
    payload: text('payload'),
    action: text('action') as ApprovalAction,
    target: text('target'),
    project: text('project'),
    runId: text('run_id'),
    expires: text('expires'),
    by: text('by'),
  };
}
