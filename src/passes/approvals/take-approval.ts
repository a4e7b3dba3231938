/**
 * The owner's word on a question is taken in: what was asked is done once, exactly as it was asked,
 * or it is said why not. One commit for the change and its record.
 */
import { questionState } from '../../project/question-state.js';
import {
  type Approval,
  approvalAsked,
  approvalsOf,
  statusAt,
} from '../../governance/approvals/approval.js';
import { stamp } from '../../kernel/clock.js';
import { bundleChanges, type BundleChanges } from '../../workspace/bundle.js';
import type { Actor, AuditEntry, Change, Snapshot, Workspace } from '../../workspace/types.js';
import type { Deed } from '../act.js';
import { approvalEvent } from './approval-event.js';
import { readPayload } from './approval-store.js';
import { APPROVAL_MS } from './ask-question.js';
import { carriedOut } from './carry-out-approval.js';

/** For the log: the pass whose T1 takes it in, or nobody's; and where payloads are kept. */
export type Taker = {
  readonly state: string;
  readonly home: string;
  readonly runId: string;
  readonly step: string;
};
export type GivenAnswer = {
  readonly id: string;
  readonly isApproved: boolean;
  /** The notification; it is closed. */
  readonly question: string;
};

/** `done`: as approved. `not-done`: declined, void, too late, decided before. */
export type Taken = { readonly kind: 'done' | 'not-done'; readonly what: string };
type Plan = Taken & {
  readonly parts: readonly BundleChanges[];
  readonly changes: readonly Change[];
  readonly audit: readonly AuditEntry[];
};

/** At the command line: taken in at once, in the owner's name. */
export function takeApproval(
  context: { readonly workspace: Workspace; readonly actor: Actor },
  answer: GivenAnswer,
): Taken {
  const { state, home } = context.workspace;
  const taker = { state, home, runId: '', step: '' };
  let taken: Taken = { kind: 'not-done', what: '' };
  context.workspace.commit((snapshot) => {
    const { deed, kind, what } = planApproval(snapshot, taker, answer);
    taken = { kind, what };
    return { actor: context.actor, runId: '', ...deed };
  });
  return taken;
}

/** What the answer comes to on the workspace as it is; the question is closed with it. */
export function planApproval(
  snapshot: Snapshot,
  taker: Taker,
  answer: GivenAnswer,
): Taken & { readonly deed: Deed } {
  const plan = planOf(snapshot, taker, answer);
  const { kind, what } = plan;
  const question = snapshot.record('NOTIFICATION', answer.question);
  if (question === undefined || questionState(snapshot, question).state === 'done')
    return { kind, what, deed: deedOfPlan(plan) };
  const closing = bundleChanges(snapshot, 'notification_close', {
    id: answer.question,
    reason: what,
  });
  const row = {
    step: taker.step,
    type: 'notification_close',
    target: answer.question,
    authorisation: '',
    result: 'ok',
    detail: what,
  };
  const closed = { ...plan, parts: [...plan.parts, closing], audit: [...plan.audit, row] };
  return { kind, what, deed: deedOfPlan(closed) };
}

export function expiredApprovals(snapshot: Snapshot): readonly Approval[] {
  return [...approvalsOf(snapshot).values()].filter(
    (approval) => approval.status !== 'expired' && statusAt(approval, snapshot.now) === 'expired',
  );
}

/** Questions and grants whose time is over, written down; their notifications are closed. */
export function planExpiry(snapshot: Snapshot, taker: Pick<Taker, 'runId' | 'step'>): Deed {
  const late = expiredApprovals(snapshot);
  const ids = new Set(late.map((approval) => approval.id));
  const open = snapshot
    .records('NOTIFICATION')
    .filter(
      (record) =>
        ids.has(approvalAsked(record) ?? '') && questionState(snapshot, record).state !== 'done',
    );
  const what = 'it was not answered, or not used, in time';
  return deedOfPlan({
    kind: 'not-done',
    what,
    changes: [],
    parts: [
      ...late.map((approval) =>
        approvalEvent(snapshot, approval, { event: 'expired', by: 'nocturne', runId: taker.runId }),
      ),
      ...open.map((record) =>
        bundleChanges(snapshot, 'notification_close', { id: record.key, reason: what }),
      ),
    ],
    audit: late.map((approval) =>
      row(taker, approval, { type: 'approval_expired', result: 'skipped', detail: what }),
    ),
  });
}

function deedOfPlan({ what, parts, changes, audit }: Plan): Deed {
  return {
    reason: what.slice(0, 200),
    bundle: 'approval_record',
    changes: [...changes, ...parts.flatMap((part) => part.changes)],
    notices: parts.flatMap((part) => part.notices),
    audit,
  };
}

function planOf(snapshot: Snapshot, taker: Taker, answer: GivenAnswer): Plan {
  const approval = approvalsOf(snapshot).get(answer.id);
  if (approval === undefined)
    return nothing(`${answer.id} is not in the log of approvals, so nothing was done`);
  if (approval.status !== 'open')
    return nothing(
      `${approval.id} was decided before (${approval.status}); nothing was done again`,
    );
  const ending: Ending = { snapshot, taker, approval };
  if (!answer.isApproved)
    return end(ending, 'declined', `${approval.id} is declined; the same is not asked again`);
  if (statusAt(approval, snapshot.now) === 'expired')
    return end(
      ending,
      'expired',
      `${approval.id} was answered after its time (${stamp(new Date(approval.expires))}): nothing was done, and it may be asked again.`,
    );
  return carryOut(ending);
}

function carryOut(ending: Ending): Plan {
  const { snapshot, taker, approval } = ending;
  const stored = readPayload(taker.state, approval.payload);
  if (stored.kind === 'broken')
    return end(ending, 'voided', `${approval.id} was not carried out: ${stored.why}.`);
  if (approval.action === 'exec') return grant(snapshot, taker, approval);
  const { home } = taker;
  const { payload, content } = stored;
  const carried = carriedOut(snapshot, { home, approval, payload, content });
  if (carried.kind === 'void')
    return end(ending, 'voided', `${approval.id} was not carried out: ${carried.why}.`);
  const approved = approvalEvent(snapshot, approval, {
    event: 'approved',
    by: 'owner',
    runId: taker.runId,
  });
  const used = approvalEvent(
    snapshot,
    { ...approval, status: 'approved' },
    { event: 'used', by: 'nocturne', runId: taker.runId },
  );
  return {
    kind: 'done',
    what: `${approval.id} is carried out: ${approval.action} ${approval.target}`,
    changes: carried.changes,
    parts: [approved, used],
    audit: [
      row(taker, approval, {
        type: 'approval_use',
        result: 'ok',
        detail: `for ${approval.runId}; ${approval.payload}`,
      }),
    ],
  };
}

type Ending = {
  readonly snapshot: Snapshot;
  readonly taker: Taker;
  readonly approval: Approval;
};

/** Nothing is done. Only who declined knows that already; else the owner is told. */
function end(
  { snapshot, taker, approval }: Ending,
  event: 'declined' | 'expired' | 'voided',
  what: string,
): Plan {
  const isDeclined = event === 'declined';
  const incident = {
    priority: 'medium',
    project: approval.project || null,
    question: `${what} Answer yes when seen.`,
  };
  return {
    kind: 'not-done',
    what,
    changes: [],
    parts: [
      approvalEvent(snapshot, approval, {
        event,
        by: isDeclined ? 'owner' : 'nocturne',
        runId: taker.runId,
      }),
      ...(isDeclined ? [] : [bundleChanges(snapshot, 'incident_surface', incident)]),
    ],
    audit: [
      row(taker, approval, {
        type: `approval_${event}`,
        result: isDeclined ? 'ok' : 'refused',
        detail: what,
      }),
    ],
  };
}

/** The guard allows the command once. */
function grant(snapshot: Snapshot, taker: Taker, approval: Approval): Plan {
  const expires = stamp(new Date(snapshot.now.getTime() + APPROVAL_MS));
  const what = `${approval.id} is approved: the next pass may run it once, until ${expires}`;
  return {
    kind: 'done',
    what,
    changes: [],
    parts: [
      approvalEvent(snapshot, approval, {
        event: 'approved',
        by: 'owner',
        runId: taker.runId,
        expires,
      }),
    ],
    audit: [
      row(taker, approval, { type: 'approval_grant', result: 'ok', detail: approval.payload }),
    ],
  };
}

function nothing(what: string): Plan {
  return { kind: 'not-done', what, changes: [], parts: [], audit: [] };
}

function row(
  taker: Pick<Taker, 'step'>,
  approval: Approval,
  about: { readonly type: string; readonly result: string; readonly detail: string },
): AuditEntry {
  return {
    step: taker.step,
    type: about.type,
    target: approval.target,
    authorisation: approval.id,
    result: about.result,
    detail: about.detail,
  };
}
