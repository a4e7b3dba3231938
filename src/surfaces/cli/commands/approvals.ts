/**
 * `approvals list`, `approvals show`: what passes asked to do beyond their scope, and exactly what
 * would be done.
 */
import {
  type Approval,
  approvalAsked,
  approvalsOf,
  statusAt,
} from '../../../governance/approvals/approval.js';
import { approvalBody, deed } from '../../../governance/approvals/approval-text.js';
import { stamp } from '../../../kernel/clock.js';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { readPayload } from '../../../passes/approvals/approval-store.js';
import { localTime } from '../../../passes/local-time.js';
import type { Snapshot } from '../../../workspace/types.js';
import { requireOwner } from '../actor.js';
import { paint } from '../paint.js';
import { textTable } from '../table.js';
import type { Command } from '../types.js';
import { ownerZone } from '../../../project/owner-zone.js';

const ALL_LINES = 100_000;

export const approvalsList: Command = {
  options: [{ flags: '--all', description: 'also those that are decided and done' }],
  examples: ['nocturne approvals list', 'nocturne approvals list --all --json'],
  run(context, { options }) {
    requireOwner(context, 'looking at approvals');
    const snapshot = context.workspace().snapshot();
    const found = [...approvalsOf(snapshot).values()]
      .map((approval) => factsOf(snapshot, approval))
      .filter(
        (approval) =>
          options['all'] === true || approval.status === 'open' || approval.status === 'approved',
      );
    const zone = ownerZone(snapshot);
    const table = textTable({
      head: ['id', 'status', 'project', 'what', 'asked', 'until'],
      width: context.width,
      rows: found.map((approval) => [
        approval.id,
        approval.status === 'open' ? paint(context).attention(approval.status) : approval.status,
        approval.project,
        `${approval.action} ${approval.target}`,
        localTime(approval.requested, zone),
        localTime(approval.expires, zone),
      ]),
    });
    return {
      exit: EXIT.ok,
      text:
        found.length === 0
          ? 'No pass waits for leave to do something beyond its scope.'
          : `${table}\nnocturne approvals show ID shows exactly what would be done.`,
      json: { approvals: found },
    };
  },
};

export const approvalsShow: Command = {
  args: '<id>',
  examples: ['nocturne approvals show AP-003'],
  run(context, { args }) {
    requireOwner(context, 'looking at approvals');
    const workspace = context.workspace();
    const snapshot = workspace.snapshot();
    const approvals = approvalsOf(snapshot);
    const approval = approvals.get(args[0] ?? '');
    if (approval === undefined)
      throw new NocturneError('NOT_FOUND', `there is no approval "${args[0] ?? ''}"`, {
        hint: `known: ${[...approvals.keys()].join(', ') || 'none'}`,
      });
    const facts = factsOf(snapshot, approval);
    const stored = readPayload(workspace.state, approval.payload);
    const head = [
      `${approval.id}: ${facts.status}${facts.status === 'open' ? `, until ${facts.expires}` : `, ${facts.at} by ${facts.by}`}`,
      `asked by ${approval.project || 'an idle pass'} in ${approval.runId}, ${approval.requested}`,
    ];
    if (stored.kind === 'broken')
      return {
        exit: EXIT.findings,
        text: [...head, `It cannot be shown and will not be carried out: ${stored.why}.`].join(
          '\n',
        ),
        json: { ...facts, payload: null, problem: stored.why },
      };
    const { payload, content } = stored;
    const path = payload.targets[0]?.path ?? '';
    const held = snapshot.bytes(path);
    const isSame = payload.targets.every(
      (target) => (snapshot.hash(target.path) ?? null) === target.before,
    );
    const after =
      payload.action === 'append'
        ? Buffer.concat([held ?? Buffer.alloc(0), content ?? Buffer.alloc(0)])
        : content;
    const body = approvalBody(
      {
        id: approval.id,
        runId: approval.runId,
        payload,
        expires: facts.expires,
        contents: { before: held, after },
      },
      ALL_LINES,
    );
    const changed =
      isSame || approval.status !== 'open'
        ? []
        : [
            '',
            paint(context).attention(
              'The target has changed since it was asked: a yes would do nothing.',
            ),
          ];
    return {
      exit: EXIT.ok,
      text: [
        ...head,
        `It would ${deed(payload)}.`,
        `payload ${approval.payload}`,
        ...changed,
        '',
        body,
      ].join('\n'),
      json: { ...facts, payload, unchanged: isSame },
    };
  },
};

function factsOf(
  snapshot: Snapshot,
  approval: Approval,
): Readonly<
  Record<
    | 'id'
    | 'status'
    | 'project'
    | 'run_id'
    | 'action'
    | 'target'
    | 'hash'
    | 'requested'
    | 'expires'
    | 'at'
    | 'by',
    string
  >
> & { readonly question: string | null } {
  const question =
    snapshot.records('NOTIFICATION').find((record) => approvalAsked(record) === approval.id)?.key ??
    null;
  return {
    id: approval.id,
    status: statusAt(approval, snapshot.now),
    project: approval.project,
    run_id: approval.runId,
    action: approval.action,
    target: approval.target,
    hash: approval.payload,
    requested: approval.requested,
    expires: stamp(new Date(approval.expires)),
    at: approval.at,
    by: approval.by,
    question,
  };
}
