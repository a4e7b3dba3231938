/**
 * What happens to an action that only the scope forbids: the owner is asked about exactly this
 * action, once. A command that was approved is let
 * through once; files are changed by nocturne itself (take-approval.ts), so asking for the same
 * again only tells how things stand.
 */
import { defined } from '../../kernel/defined.js';
import { type Approval, approvalsOf, statusAt } from '../../governance/approvals/approval.js';
import { proposalOf } from '../../governance/approvals/approval-payload.js';
import { decide, type DecideOptions } from '../../governance/guard/decide.js';
import { sees } from '../../governance/scoped-snapshot.js';
import type { Action, Decision, Reason } from '../../governance/types.js';
import { stamp } from '../../kernel/clock.js';
import { NocturneError } from '../../kernel/error.js';
import type { BundleChanges } from '../../workspace/bundle.js';
import type { AuditEntry, Snapshot, Workspace } from '../../workspace/types.js';
import { authorityOf, type PassOnDuty } from '../authority.js';
import { readScope } from '../read-scope.js';
import { approvalEvent } from './approval-event.js';
import { askQuestion, type BoundProposal } from './ask-question.js';

/** Questions of one pass; an agent that tries again and again asks no more than that. */
export const MOST_QUESTIONS = 5;

/**
 * `decision` and `reasons` replace what the guard said; `allow` only for a command that was
 * approved.
 */
export type Answered = { readonly decision: Decision; readonly reasons: readonly Reason[] };

/** What one action comes to: the answer, and what the log of approvals gets. */
export type Step = {
  readonly answered: Answered;
  readonly parts: readonly BundleChanges[];
  readonly audit: readonly AuditEntry[];
  readonly asked?: Approval;
};
type Place = {
  readonly workspace: Workspace;
  readonly data: PassOnDuty;
  readonly options: DecideOptions;
};

/**
 * One answer for each action, in one commit. `undefined`: nothing can be asked here (no log for it,
 * or the pass lost its lease).
 */
export function askApproval(
  place: Place,
  actions: readonly Action[],
): readonly Answered[] | undefined {
  const { workspace, data } = place;
  let answers: readonly Answered[] | undefined;
  try {
    workspace.commit(
      (snapshot) => {
        answers = undefined;
        const steps = snapshot.schema.objects.has('APPROVAL')
          ? stepsOf(snapshot, place, actions)
          : undefined;
        answers = steps?.map((step) => step.answered);
        const parts = steps?.flatMap((step) => step.parts) ?? [];
        return {
          actor: { kind: 'pass', name: data.request.role },
          runId: data.runId,
          reason: 'asked beyond the scope',
          ...defined({ bundle: parts.length === 0 ? undefined : 'approval_request' }),
          changes: parts.flatMap((part) => part.changes),
          notices: parts.flatMap((part) => part.notices),
          audit: steps?.flatMap((step) => step.audit) ?? [],
        };
      },
      { fence: data.fence },
    );
  } catch (error) {
    if (!(error instanceof NocturneError) || error.code !== 'LEASE_LOST') throw error;
    return undefined;
  }
  return answers;
}

/**
 * A call is allowed as a whole or not at all: a grant is used up only when nothing else forbids the
 * call.
 */
function stepsOf(snapshot: Snapshot, place: Place, actions: readonly Action[]): readonly Step[] {
  let approvals = approvalsOf(snapshot);
  const proposals = actions.map((action) => {
    const { data } = place;
    const requester = {
      authority: authorityOf(data),
      project: data.project ?? '',
      capability: data.capability,
      sees: (path: string): boolean => sees(readScope(data), path),
    };
    return { action, proposal: proposalOf(snapshot, requester, action, place.options) };
  });
  const passes = proposals.every(
    ({ action, proposal }) =>
      isAllowed(snapshot, place, action) ||
      (proposal.kind === 'bound' && grantFor(approvals, proposal.hash, snapshot.now) !== undefined),
  );
  return proposals.map(({ action, proposal }) => {
    const plain = decide(snapshot, authorityOf(place.data), action, place.options);
    if (plain.verdict !== 'ask')
      return {
        answered: { decision: plain, reasons: plain.verdict === 'allow' ? [] : plain.reasons },
        parts: [],
        audit: [],
      };
    const step =
      proposal.kind === 'unbound'
        ? refused(plain, `${proposal.why}, so the owner is not asked`)
        : stepOf(snapshot, place, { approvals, proposal, action, plain, passes });
    const asked = step.asked;
    if (asked !== undefined) approvals = new Map([...approvals, [asked.id, asked]]);
    return step;
  });
}

function isAllowed(snapshot: Snapshot, { data, options }: Place, action: Action): boolean {
  return decide(snapshot, authorityOf(data), action, options).verdict === 'allow';
}

type Asking = {
  readonly approvals: ReadonlyMap<string, Approval>;
  readonly proposal: BoundProposal;
  readonly action: Action;
  readonly plain: Decision;
  readonly passes: boolean;
};

function stepOf(snapshot: Snapshot, place: Place, asking: Asking): Step {
  const { approvals, proposal, plain } = asking;
  const { hash } = proposal;
  const earlier = [...approvals.values()].findLast((approval) => approval.payload === hash);
  const status = earlier === undefined ? undefined : statusAt(earlier, snapshot.now);
  if (earlier !== undefined && status === 'declined')
    return {
      answered: {
        decision: { ...plain, verdict: 'deny' },
        reasons: [
          {
            code: 'approval-declined',
            message: `the owner declined exactly this (${earlier.id}); it is not asked again`,
          },
          ...plain.reasons,
        ],
      },
      parts: [],
      audit: [],
    };
  if (
    earlier !== undefined &&
    (status === 'open' || (status === 'approved' && proposal.payload.action !== 'exec'))
  )
    return waits(
      plain,
      `${earlier.id} already asks the owner exactly this, until ${until(earlier.expires)}; continue with other work`,
    );
  if (earlier !== undefined && status === 'approved')
    return asking.passes
      ? use(snapshot, place, { ...asking, grant: earlier })
      : waits(
          plain,
          `${earlier.id} allows it, but something else in the same call is not allowed; call it by itself`,
        );
  const mine = [...approvals.values()].filter((approval) => approval.runId === place.data.runId);
  if (mine.length >= MOST_QUESTIONS)
    return refused(
      plain,
      `this pass has already asked ${mine.length} times, so the owner is not asked again`,
    );
  const isLate = earlier !== undefined && status === 'expired' && earlier.status !== 'expired';
  return askQuestion(snapshot, place, {
    approvals,
    proposal,
    plain,
    late: isLate ? [earlier] : [],
  });
}

/**
 * The row stands before the command runs: a crash in between uses the grant up, and never runs it
 * twice.
 */
function use(
  snapshot: Snapshot,
  { data, options }: Place,
  { action, grant, proposal }: Asking & { readonly grant: Approval },
): Step {
  const paths = new Set(proposal.payload.targets.map((target) => target.path));
  const decision = decide(snapshot, authorityOf(data), action, {
    ...options,
    authorise: (path) => (paths.has(path) ? grant.id : undefined),
  });
  return {
    answered: { decision, reasons: decision.reasons },
    parts: [
      approvalEvent(snapshot, grant, { event: 'used', by: data.request.role, runId: data.runId }),
    ],
    audit: [
      {
        step: 'T4',
        type: 'approval_use',
        target: grant.target,
        authorisation: grant.id,
        result: 'ok',
        detail: grant.payload,
      },
    ],
  };
}

function grantFor(
  approvals: ReadonlyMap<string, Approval>,
  hash: string,
  now: Date,
): Approval | undefined {
  return [...approvals.values()].find(
    (approval) =>
      approval.payload === hash &&
      approval.action === 'exec' &&
      statusAt(approval, now) === 'approved',
  );
}

function waits(plain: Decision, message: string): Step {
  return {
    answered: { decision: plain, reasons: [{ code: 'approval', message }, ...plain.reasons] },
    parts: [],
    audit: [],
  };
}

function refused(plain: Decision, why: string): Step {
  return {
    answered: {
      decision: { ...plain, verdict: 'deny' },
      reasons: [...plain.reasons, { code: 'out-of-scope', message: why }],
    },
    parts: [],
    audit: [],
  };
}

function until(ms: number): string {
  return stamp(new Date(ms));
}
