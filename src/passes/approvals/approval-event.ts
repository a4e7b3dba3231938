/**
 * The log row of what became of a question. @throws where the event may not follow: nothing is
 * recorded that the reducer would not count.
 */
import {
  afterEvent,
  type Approval,
  type ApprovalEvent,
} from '../../governance/approvals/approval.js';
import { NocturneError } from '../../kernel/error.js';
import { bundleChanges, type BundleChanges } from '../../workspace/bundle.js';
import type { Snapshot } from '../../workspace/types.js';

export type Event = {
  readonly event: Exclude<ApprovalEvent, 'requested'>;
  readonly by: string;
  readonly runId: string;
  /** Of a grant: until when it can be used. */
  readonly expires?: string;
};

export function approvalEvent(
  snapshot: Snapshot,
  approval: Approval,
  { event, by, runId, expires }: Event,
): BundleChanges {
  if (afterEvent(approval.status, event) === undefined)
    throw new NocturneError(
      'REFUSED',
      `${approval.id} is ${approval.status}; it can no longer be ${event}`,
      { hint: `nocturne approvals show ${approval.id}` },
    );
  return bundleChanges(snapshot, 'approval_record', {
    id: approval.id,
    event,
    payload: approval.payload,
    action: approval.action,
    target: approval.target,
    project: approval.project || null,
    run_id: runId || null,
    expires: expires ?? null,
    by,
  });
}
