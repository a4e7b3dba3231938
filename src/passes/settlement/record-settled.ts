/**
 * What was found after the agent goes into the logs: accepted changes field by field, each undone
 * one with its reason, and a notice to the owner.
 */
import { heldPath } from '../../governance/drop-place.js';
import type { AuditEntry, Change } from '../../workspace/types.js';
import { act, runBundle, stepRow } from '../act.js';
import type { Difference } from './differences.js';
import type { Settled } from './settle.js';
import type { Pass, StepId } from '../types.js';

/**
 * @param at.runId the pass whose differences these are (after a crash not the one that records
 * them).
 */
export function recordSettled(
  pass: Pass,
  at: {
    readonly step: StepId;
    readonly settled: Settled;
    readonly runId: string;
    readonly project: string | undefined;
  },
): void {
  const { accepted, undone, arrived } = at.settled;
  const rows: AuditEntry[] = [
    ...accepted.map((one) =>
      stepRow(at.step, {
        type: one.after === undefined ? 'delete' : 'write',
        target: one.path,
        detail: at.runId === pass.data.runId ? '' : at.runId,
      }),
    ),
    ...undone.map((one) =>
      stepRow(at.step, { type: 'undo', target: one.path, result: 'restored', detail: one.code }),
    ),
    ...arrived.map((one) =>
      stepRow(at.step, {
        type: 'inbound',
        target: heldPath(one.path),
        result: 'held',
        detail: 'it appeared while an agent was at work',
      }),
    ),
  ];
  if (rows.length > 0)
    act(pass, {
      reason: 'agent wrote',
      changes: [
        ...accepted.map((one): Change => ({ kind: 'adopt', path: one.path, before: one.before })),
        ...arrived.flatMap(putAside),
      ],
      audit: rows,
    });
  if (undone.length === 0) return;
  const names = undone.map((one) => one.path).join(', ');
  const body = undone
    .map(
      (one) =>
        `- \`${one.path}\` (${one.code}): ${one.why}${one.kept === undefined ? '' : `. The version that was undone is kept: \`nocturne kept apply ${at.runId} ${one.path}\``}`,
    )
    .join('\n');
  const who = at.project === undefined ? at.runId : `${at.project} (${at.runId})`;
  const question = `${who} changed what it may not, and it was undone: ${names}. Answer yes to let it go on, no to pause it. If the change was yours, apply the kept version.`;
  const detail = `${undone.length} ${undone.length === 1 ? 'change' : 'changes'} undone`;
  const known =
    at.project !== undefined &&
    pass.env.workspace.snapshot().record('DISPATCH', at.project) !== undefined;
  if (known)
    runBundle(pass, {
      step: at.step,
      name: 'surface_escalation',
      args: { slug: at.project ?? '', reason: body, priority: 'critical', question },
      detail,
    });
  else
    runBundle(pass, {
      step: at.step,
      name: 'incident_surface',
      args: { priority: 'critical', project: at.project ?? null, question, body },
      target: at.project ?? '',
      detail,
    });
}

function putAside({ path, after }: Difference): readonly Change[] {
  return after === undefined
    ? []
    : [
        { kind: 'delete', path },
        { kind: 'write', path: heldPath(path), content: after },
      ];
}
