/**
 * The owner's word on a question is taken in: what was asked is done once, exactly as it was asked,
 * or it is said why not. One commit for the change and its record.
 */
import {
  type Approval,
  approvalAsked,
  approvalsOf,
  statusAt,
} from '../../governance/approvals/approval.js';
import { type Payload, proposalOf } from '../../governance/approvals/approval-payload.js';
import type { Action, Authority } from '../../governance/types.js';
import type { ReadAnswer } from '../../governance/verdict.js';
import { canonicalJson } from '../../kernel/canonical-json.js';
import { stamp } from '../../kernel/clock.js';
import { fieldText } from '../../project/field-text.js';
import { bundleChanges, type BundleChanges } from '../../workspace/bundle.js';
import type { Actor, AuditEntry, Change, Snapshot, Workspace } from '../../workspace/types.js';
import { approvalEvent } from './approval-event.js';
import { readPayload } from './approval-store.js';
import { APPROVAL_MS } from './ask-approval.js';
import { projectScope } from '../project-scope.js';

/**
 * In whose name it is recorded: the pass whose T1 takes it in, or the owner at the command line.
 */
export type Taker = {
  readonly workspace: Workspace;
  readonly actor: Actor;
  readonly runId: string;
  readonly step: string;
  readonly fence?: number;
};
export type GivenAnswer = {
  readonly id: string;
  readonly verdict: ReadAnswer['verdict'];
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

export function takeApproval(taker: Taker, answer: GivenAnswer): Taken {
  let taken: Taken = { kind: 'not-done', what: '' };
  commit(taker, (snapshot) => {
    const plan = planOf(snapshot, taker, answer);
    taken = { kind: plan.kind, what: plan.what };
    const question = snapshot.record('NOTIFICATION', answer.question);
    if (question === undefined || fieldText(question, 'status') === 'done') return plan;
    const closing = bundleChanges(snapshot, 'notification_close', {
      id: answer.question,
      reason: plan.what,
    });
    return {
      ...plan,
      parts: [...plan.parts, closing],
      audit: [
        ...plan.audit,
        {
          step: taker.step,
          type: 'notification_close',
          target: answer.question,
          authorisation: '',
          result: 'ok',
          detail: plan.what,
        },
      ],
    };
  });
  return taken;
}

/**
 * Questions and grants whose time is over, written down; their notifications are closed. @returns
 * the ids.
 */
export function expireApprovals(taker: Taker): readonly string[] {
  const due = (snapshot: Snapshot): readonly Approval[] =>
    [...approvalsOf(snapshot).values()].filter(
      (one) => one.status !== 'expired' && statusAt(one, snapshot.now) === 'expired',
    );
  if (due(taker.workspace.snapshot()).length === 0) return [];
  let ended: readonly string[] = [];
  commit(taker, (snapshot) => {
    const late = due(snapshot);
    ended = late.map((one) => one.id);
    const open = snapshot
      .records('NOTIFICATION')
      .filter(
        (one) => ended.includes(approvalAsked(one) ?? '') && fieldText(one, 'status') !== 'done',
      );
    const what = 'nobody answered in time, or what was allowed was not done in time';
    return {
      kind: 'not-done',
      what,
      changes: [],
      parts: [
        ...late.map((one) =>
          approvalEvent(snapshot, one, { event: 'expired', by: 'nocturne', runId: taker.runId }),
        ),
        ...open.map((one) =>
          bundleChanges(snapshot, 'notification_close', { id: one.key, reason: what }),
        ),
      ],
      audit: late.map((one) =>
        row(taker, one, { type: 'approval_expired', result: 'skipped', detail: what }),
      ),
    };
  });
  return ended;
}

function commit(taker: Taker, plan: (snapshot: Snapshot) => Plan): void {
  const { workspace, actor, runId, fence } = taker;
  workspace.commit(
    (snapshot) => {
      const { what, parts, changes, audit } = plan(snapshot);
      return {
        actor,
        runId,
        reason: what.slice(0, 200),
        bundle: 'approval_record',
        changes: [...changes, ...parts.flatMap((part) => part.changes)],
        notices: parts.flatMap((part) => part.notices),
        audit,
      };
    },
    fence === undefined ? {} : { fence },
  );
}

function planOf(snapshot: Snapshot, taker: Taker, answer: GivenAnswer): Plan {
  const approval = approvalsOf(snapshot).get(answer.id);
  if (approval === undefined)
    return nothing(`${answer.id} is not in the log of approvals, so nothing was done`);
  if (approval.status !== 'open')
    return nothing(
      `${approval.id} was decided before (${approval.status}); nothing was done again`,
    );
  const end = (event: 'declined' | 'expired' | 'voided', what: string, tell = true): Plan => {
    const told = tell
      ? [
          bundleChanges(snapshot, 'incident_surface', {
            priority: 'medium',
            project: approval.project || null,
            question: `${what} Answer yes when seen.`,
          }),
        ]
      : [];
    return {
      kind: 'not-done',
      what,
      changes: [],
      parts: [
        approvalEvent(snapshot, approval, {
          event,
          by: event === 'declined' ? 'owner' : 'nocturne',
          runId: taker.runId,
        }),
        ...told,
      ],
      audit: [
        row(taker, approval, {
          type: `approval_${event}`,
          result: event === 'declined' ? 'ok' : 'refused',
          detail: what,
        }),
      ],
    };
  };
  if (answer.verdict === 'no')
    return end('declined', `${approval.id} is declined; the same is not asked again`, false);
  if (statusAt(approval, snapshot.now) === 'expired')
    return end(
      'expired',
      `${approval.id} was answered after its time (${stamp(new Date(approval.expires))}): nothing was done, and it may be asked again.`,
    );
  if (answer.verdict === 'text')
    return end(
      'voided',
      `The answer to ${approval.id} is neither a clear yes nor a clear no: nothing was done, and it may be asked again.`,
    );
  const stored = readPayload(taker.workspace.state, approval.payload);
  if (stored.kind === 'broken')
    return end('voided', `${approval.id} was not carried out: ${stored.why}.`);
  if (approval.action === 'exec') return grant(snapshot, taker, approval);
  const deed = carriedOut(snapshot, taker, {
    approval,
    payload: stored.payload,
    content: stored.content,
  });
  if (deed.kind === 'void')
    return end('voided', `${approval.id} was not carried out: ${deed.why}.`);
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
  const what = `${approval.id} is carried out: ${approval.action} ${approval.target}`;
  return {
    kind: 'done',
    what,
    changes: deed.changes,
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

/** A command is let through at the door, once. */
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

type Deed =
  | { readonly kind: 'changes'; readonly changes: readonly Change[] }
  | { readonly kind: 'void'; readonly why: string };

/**
 * With the requester's authority and this one authorisation, and only where everything is as it was
 * when it was asked.
 */
function carriedOut(
  snapshot: Snapshot,
  taker: Taker,
  at: {
    readonly approval: Approval;
    readonly payload: Payload;
    readonly content: Buffer | undefined;
  },
): Deed {
  const { approval, payload, content } = at;
  const authority = requesterOf(snapshot, approval);
  if (authority === undefined)
    return { kind: 'void', why: `the project ${approval.project} is not there any more` };
  const [first, second] = payload.targets;
  if (first === undefined || payload.action === 'exec')
    return { kind: 'void', why: 'no file is named' };
  const action: Action = {
    kind: payload.action,
    path: first.path,
    ...(second === undefined ? {} : { to: second.path }),
    ...(content === undefined ? {} : { content }),
  };
  const paths = new Set(payload.targets.map((target) => target.path));
  const options = {
    home: taker.workspace.home,
    authorise: (path: string): string | undefined => (paths.has(path) ? approval.id : undefined),
  };
  const now = proposalOf(
    snapshot,
    { authority, project: payload.project, capability: payload.capability },
    action,
    options,
  );
  if (now.kind === 'unbound') return { kind: 'void', why: now.why };
  if (canonicalJson(now.payload.targets) !== canonicalJson(payload.targets))
    return {
      kind: 'void',
      why: `${payload.targets.map((target) => target.path).join(' or ')} has changed since it was asked`,
    };
  if (now.decision.verdict !== 'allow')
    return { kind: 'void', why: now.decision.reasons.map((reason) => reason.message).join('; ') };
  return { kind: 'changes', changes: changesOf(snapshot, payload, content) };
}

function requesterOf(snapshot: Snapshot, { project, runId }: Approval): Authority | undefined {
  if (project === '')
    return {
      kind: 'pass',
      runId,
      role: 'worker',
      project: undefined,
      phase: undefined,
      earlierOutputs: [],
      writes: [],
      tools: undefined,
    };
  if (snapshot.record('PROJECT', project) === undefined) return undefined;
  const { writes, tools, phase, earlierOutputs } = projectScope(snapshot, project);
  return { kind: 'pass', runId, role: 'worker', project, phase, earlierOutputs, writes, tools };
}

function changesOf(
  snapshot: Snapshot,
  payload: Payload,
  content: Buffer | undefined,
): readonly Change[] {
  const [path = '', to = ''] = payload.targets.map((target) => target.path);
  const held = snapshot.bytes(path) ?? Buffer.alloc(0);
  switch (payload.action) {
    case 'append':
      return [{ kind: 'write', path, content: Buffer.concat([held, content ?? Buffer.alloc(0)]) }];
    case 'delete':
      return [{ kind: 'delete', path }];
    case 'rename':
      return [
        {
          kind: 'write',
          path: to,
          content: held,
          mode: (snapshot.files.get(path)?.mode ?? 0o644) & 0o7777,
        },
        { kind: 'delete', path },
      ];
    default:
      return [{ kind: 'write', path, content: content ?? Buffer.alloc(0) }];
  }
}

function nothing(what: string): Plan {
  return { kind: 'not-done', what, changes: [], parts: [], audit: [] };
}

function row(
  taker: Taker,
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
