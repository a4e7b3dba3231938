/** Records a reconciliation: accepted changes, undone ones with reasons, a notice to the owner. */
import { heldPath } from '../../governance/incoming-message-path.js';
import type { AuditEntry, Change, Snapshot } from '../../workspace/types.js';
import { bundlesAct, type Act, type Deed, deedOf, stepRow } from '../act.js';
import type { Difference } from './differences.js';
import type { Reconciliation } from './reconcile.js';
import type { StepId, Undone } from '../types.js';

/** `runId`: the pass whose differences these are. `crashed`: the pass after it records them. */
export type ReconciledPass = {
  readonly step: StepId;
  readonly reconciliation: Reconciliation;
  readonly runId: string;
  readonly project: string | undefined;
  readonly crashed?: true;
};

export function recordReconciliation(pass: ReconciledPass): readonly Act[] {
  const { accepted, undone, arrived } = pass.reconciliation;
  const rows = rowsOf(pass);
  const changes = [
    ...accepted.map(
      (difference): Change => ({ kind: 'adopt', path: difference.path, before: difference.before }),
    ),
    ...arrived.flatMap(putAside),
  ];
  return [
    ...(rows.length === 0 ? [] : [{ reason: 'agent wrote', bundles: [], changes, audit: rows }]),
    ...(undone.length === 0 ? [] : [(view: Snapshot) => tellOwner(view, pass)]),
  ];
}

function rowsOf({ step, reconciliation, runId, crashed }: ReconciledPass): readonly AuditEntry[] {
  const { accepted, undone, arrived } = reconciliation;
  return [
    ...accepted.map((difference) =>
      stepRow(step, {
        type: difference.after === undefined ? 'delete' : 'write',
        target: difference.path,
        detail: crashed === true ? runId : '',
      }),
    ),
    ...undone.map((change) =>
      stepRow(step, { type: 'undo', target: change.path, result: 'restored', detail: change.code }),
    ),
    ...arrived.map((difference) =>
      stepRow(step, {
        type: 'inbound',
        target: heldPath(difference.path),
        result: 'held',
        detail: 'it appeared while an agent was working',
      }),
    ),
  ];
}

/** A dispatched project waits for the answer; anything else is an incident. */
function tellOwner(view: Snapshot, { step, reconciliation, runId, project }: ReconciledPass): Deed {
  const { undone } = reconciliation;
  const names = undone.map((change) => change.path).join(', ');
  const body = undone.map((change) => lineOf(change, runId)).join('\n');
  const who = project === undefined ? runId : `${project} (${runId})`;
  const question = `${who} changed ${names}, which it may not write. Nocturne undid this. Answer yes to let the project continue, or no to pause it. If the change was yours, apply the kept version.`;
  const detail = `${undone.length} ${undone.length === 1 ? 'change' : 'changes'} undone`;
  const isDispatched = project !== undefined && view.record('DISPATCH', project) !== undefined;
  const bundle = isDispatched
    ? {
        name: 'surface_escalation',
        args: { slug: project, reason: body, priority: 'critical', question },
        detail,
      }
    : {
        name: 'incident_surface',
        args: { priority: 'critical', project: project ?? null, question, body },
        target: project ?? '',
        detail,
      };
  return deedOf(view, bundlesAct(step, [bundle]));
}

function lineOf({ path, code, why, kept }: Undone, runId: string): string {
  const how =
    kept === undefined ? '' : `. To restore this version: \`nocturne kept apply ${runId} ${path}\``;
  return `- \`${path}\` (${code}): ${why}${how}`;
}

function putAside({ path, after }: Difference): readonly Change[] {
  return after === undefined
    ? []
    : [
        { kind: 'delete', path },
        { kind: 'write', path: heldPath(path), content: after },
      ];
}
