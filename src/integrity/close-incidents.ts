/**
 * An incident ends when the gate passes again: Nocturne removes it from the state directory, and
 * the audit log says what it was and what ended it.
 */
import { defined } from '../kernel/defined.js';
import { clearIncidents, type Incident, listIncidents } from '../workspace/incident.js';
import { verifyGate } from './gate.js';
import type { GateReport } from './gate-report.js';
import type { AuditEntry, Workspace } from '../workspace/types.js';

/** `by`: what ran the gate. `step`, `runId` and `fence`: of the pass, if it was a pass. */
export type GatePassed = {
  readonly by: string;
  readonly step?: string;
  readonly runId?: string;
  readonly fence?: number;
};

/** For commands that put something right: the incidents are over if the gate passes now. */
export function closeIncidentsIfPassing(workspace: Workspace, by: string): GateReport {
  const report = verifyGate(workspace.root, workspace.home);
  if (report.ok) closeIncidents(workspace, { by });
  return report;
}

/** Call it only right after the gate passed. @returns how many incidents ended. */
export function closeIncidents(workspace: Workspace, passed: GatePassed): number {
  const incidents = listIncidents(workspace.state);
  if (incidents.length === 0) return 0;
  workspace.commit(
    {
      actor: { kind: 'nocturne', name: 'nocturne' },
      runId: passed.runId ?? '',
      reason: 'incident over',
      changes: [],
      audit: incidents.map((incident) => rowOf(incident, passed)),
    },
    defined({ fence: passed.fence }),
  );
  return clearIncidents(
    workspace.state,
    incidents.map(({ id }) => id),
  );
}

function rowOf(
  { kind, at: recordedAt, first, message, findings }: Incident,
  passed: GatePassed,
): AuditEntry {
  const shown = findings.slice(0, 3).map((finding) => finding.message);
  const more = findings.length - shown.length;
  const found = [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
  return {
    step: passed.step ?? '',
    type: 'incident',
    target: findings[0]?.file ?? kind,
    authorisation: '',
    result: 'over',
    detail: `found ${first ?? recordedAt}: ${message}${found === '' ? '' : ` (${found})`}; the gate passes again: ${passed.by}`,
  };
}
