/** A new question to the owner: its text, its row in the log, and the end of what it replaces. */
import { type Approval, nextApprovalId, statusAt } from '../../governance/approvals/approval.js';
import { type Proposal, sameDeed } from '../../governance/approvals/approval-payload.js';
import { approvalBody, approvalQuestion } from '../../governance/approvals/approval-text.js';
import { scopedSnapshot, sees } from '../../governance/scoped-snapshot.js';
import type { Decision, Reason } from '../../governance/types.js';
import { stamp } from '../../kernel/clock.js';
import { bundleChanges, type BundleChanges } from '../../workspace/bundle.js';
import type { Snapshot, Workspace } from '../../workspace/types.js';
import type { PassOnDuty } from '../authority.js';
import { readScope } from '../read-scope.js';
import { approvalEvent } from './approval-event.js';
import { keepPayload, readPayload } from './approval-store.js';
import type { Step } from './ask-approval.js';

export const APPROVAL_MS = 72 * 3_600_000;

export type BoundProposal = Extract<Proposal, { kind: 'bound' }>;
export type Question = {
  readonly approvals: ReadonlyMap<string, Approval>;
  readonly proposal: BoundProposal;
  readonly plain: Decision;
  /** Asked before, and nobody answered in time. */
  readonly late: readonly Approval[];
};
type Asker = { readonly workspace: Workspace; readonly data: PassOnDuty };

/** The question, and the end of grants for the same action with other content. */
export function askQuestion(snapshot: Snapshot, asker: Asker, question: Question): Step {
  const { approvals, proposal, plain, late } = question;
  const { payload, hash, content } = proposal;
  const { workspace, data } = asker;
  keepPayload(workspace.state, hash, { payload, content });
  const stale = [...approvals.values()].filter(
    (approval) =>
      statusAt(approval, snapshot.now) === 'approved' &&
      approval.payload !== hash &&
      isSameDeed(workspace.state, approval, proposal),
  );
  const asked = approvalOf(snapshot, data, question);
  const ended = (event: 'voided' | 'expired', affected: readonly Approval[]): BundleChanges[] =>
    affected.map((approval) =>
      approvalEvent(snapshot, approval, { event, by: 'nocturne', runId: data.runId }),
    );
  return {
    answered: { decision: plain, reasons: reasonsOf(asked, { plain, stale }) },
    parts: [
      ...ended('expired', late),
      ...ended('voided', stale),
      requestOf(snapshot, asker, { asked, proposal }),
    ],
    audit: [
      {
        step: 'T4',
        type: 'approval_request',
        target: asked.target,
        authorisation: asked.id,
        result: 'ok',
        detail: hash,
      },
    ],
    asked,
  };
}

function approvalOf(
  snapshot: Snapshot,
  data: PassOnDuty,
  { approvals, proposal }: Question,
): Approval {
  const { payload, hash } = proposal;
  return {
    id: nextApprovalId(approvals),
    status: 'open',
    payload: hash,
    action: payload.action,
    target: targetText(proposal),
    project: payload.project,
    runId: data.runId,
    usedIn: '',
    requested: stamp(snapshot.now),
    at: stamp(snapshot.now),
    by: data.request.role,
    expires: snapshot.now.getTime() + APPROVAL_MS,
  };
}

/**
 * The question stands where the requester can read it: it shows what that one sees, `approvals
 * show` shows the owner all.
 */
function requestOf(
  snapshot: Snapshot,
  { data }: Asker,
  { asked, proposal }: { readonly asked: Approval; readonly proposal: BoundProposal },
): BundleChanges {
  const { payload, content } = proposal;
  const path = payload.targets[0]?.path ?? '';
  const scope = readScope(data);
  const before = scopedSnapshot(snapshot, scope).bytes(path);
  const hides =
    !payload.targets.every((target) => sees(scope, target.path)) ||
    snapshot.bytes(path)?.equals(before ?? Buffer.alloc(0)) === false;
  const expires = stamp(new Date(asked.expires));
  const about = { id: asked.id, runId: data.runId, payload, expires, hides };
  const after =
    payload.action === 'append'
      ? Buffer.concat([before ?? Buffer.alloc(0), content ?? Buffer.alloc(0)])
      : content;
  return bundleChanges(snapshot, 'approval_request', {
    id: asked.id,
    payload: asked.payload,
    action: asked.action,
    target: asked.target,
    project: payload.project || null,
    run_id: data.runId,
    expires,
    by: asked.by,
    priority: 'medium',
    question: approvalQuestion(about),
    body: approvalBody({ ...about, contents: { before, after } }),
  });
}

function reasonsOf(
  { id, action, expires }: Approval,
  { plain, stale }: { readonly plain: Decision; readonly stale: readonly Approval[] },
): readonly Reason[] {
  const then =
    action === 'exec'
      ? 'On a yes the same command is let through once'
      : 'On a yes nocturne does exactly this itself';
  return [
    ...stale.map(
      (approval): Reason => ({
        code: 'approval-void',
        message: `${approval.id} was approved for something else than this, and is void now`,
      }),
    ),
    {
      code: 'approval',
      message: `the owner was asked: ${id} waits until ${stamp(new Date(expires))}. ${then}; continue with other work`,
    },
    ...plain.reasons,
  ];
}

function isSameDeed(state: string, approval: Approval, proposal: BoundProposal): boolean {
  const stored = readPayload(state, approval.payload);
  return stored.kind === 'whole' && sameDeed(stored.payload, proposal.payload);
}

function targetText({ payload }: BoundProposal): string {
  const text =
    payload.action === 'exec'
      ? (payload.command ?? (payload.argv ?? []).join(' '))
      : payload.targets.map((target) => target.path).join(' -> ');
  return text.replace(/\s+/g, ' ').trim().slice(0, 300);
}
