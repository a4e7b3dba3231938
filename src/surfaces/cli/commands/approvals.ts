/**
 * `approvals list`, `approvals show`: what passes asked to do outside their scope, and exactly what
 * a yes would do.
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
import { localTime } from '../../../project/local-time.js';
import type { Snapshot } from '../../../workspace/types.js';
import { requireOwner } from '../actor.js';
import { paint } from '../paint.js';
import { ok } from '../result.js';
import { textTable } from '../../../report/text-table.js';
import type { Command } from '../types.js';
import { ownerZone } from '../../../project/owner-zone.js';

const ALL_LINES = 100_000;

export const approvalsList: Command = {
  options: [{ flags: '--all', description: 'include those that are decided or done' }],
  examples: ['nocturne approvals list', 'nocturne approvals list --all --json'],
  run(context, { options }) {
    requireOwner(context, 'reading approvals');
    const snapshot = context.workspace().snapshot();
    const found = [...approvalsOf(snapshot).values()]
      .map((approval) => factsOf(snapshot, approval))
      .filter(
        (approval) =>
          options['all'] === true || approval.status === 'open' || approval.status === 'approved',
      );
    const zone = ownerZone(snapshot);
    const table = textTable({
      head: ['id', 'status', 'project', 'action', 'asked', 'expires'],
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
    return ok(
      found.length === 0
        ? 'No pass is waiting for approval.'
        : `${table}\nTo see exactly what a yes would do: nocturne approvals show ID`,
      { approvals: found },
    );
  },
};

export const approvalsShow: Command = {
  args: '<id>',
  examples: ['nocturne approvals show AP-003'],
  run(context, { args }) {
    requireOwner(context, 'reading approvals');
    const workspace = context.workspace();
    const snapshot = workspace.snapshot();
    const approvals = approvalsOf(snapshot);
    const approval = approvals.get(args[0] ?? '');
    if (approval === undefined)
      throw new NocturneError('NOT_FOUND', `there is no approval "${args[0] ?? ''}"`, {
        hint: `approvals: ${[...approvals.keys()].join(', ') || 'none'}`,
      });
    const facts = factsOf(snapshot, approval);
    const stored = readPayload(workspace.state, approval.payload);
    const head = [
      `${approval.id}: ${facts.status}, ${facts.status === 'open' ? `expires ${facts.expires}` : `${facts.at} by ${facts.by}`}`,
      `asked by ${approval.project || 'an idle pass'} in ${approval.runId}, ${approval.requested}`,
    ];
    if (stored.kind === 'broken')
      return {
        exit: EXIT.findings,
        text: [...head, `Nocturne cannot show it and will not carry it out: ${stored.why}.`].join(
          '\n',
        ),
        json: { ...facts, payload: null, problem: stored.why },
      };
    const { payload, content } = stored;
    const path = payload.targets[0]?.path ?? '';
    const current = snapshot.bytes(path);
    const isSame = payload.targets.every(
      (target) => (snapshot.hash(target.path) ?? null) === target.before,
    );
    const after =
      payload.action === 'append'
        ? Buffer.concat([current ?? Buffer.alloc(0), content ?? Buffer.alloc(0)])
        : content;
    const body = approvalBody(
      {
        id: approval.id,
        runId: approval.runId,
        payload,
        expires: facts.expires,
        contents: { before: current, after },
      },
      ALL_LINES,
    );
    const changed =
      isSame || approval.status !== 'open'
        ? []
        : [
            '',
            paint(context).attention(
              'The target has changed since the pass asked, so a yes would do nothing.',
            ),
          ];
    return ok(
      [
        ...head,
        `A yes would ${deed(payload)}.`,
        `payload ${approval.payload}`,
        ...changed,
        '',
        body,
      ].join('\n'),
      { ...facts, payload, unchanged: isSame },
    );
  },
};

function factsOf(snapshot: Snapshot, approval: Approval) {
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
