/**
 * An incident is over when the gate is content again: it goes out of the state directory, and the
 * audit log says what it was and what ended it.
 */
import { defined } from '../kernel/defined.js';
import { clearIncidents, type Incident, listIncidents } from '../workspace/incident.js';
import type { AuditEntry, Workspace } from '../workspace/types.js';

/** `by`: what the gate was content with. `step`, `runId` and `fence` where a pass found it so. */
export type Content = {
  readonly by: string;
  readonly step?: string;
  readonly runId?: string;
  readonly fence?: number;
};

/** Call it only right after the gate passed. @returns how many incidents are over. */
export function closeIncidents(workspace: Workspace, content: Content): number {
  const incidents = listIncidents(workspace.state);
  if (incidents.length === 0) return 0;
  workspace.commit(
    {
      actor: { kind: 'nocturne', name: 'nocturne' },
      runId: content.runId ?? '',
      reason: 'incident over',
      changes: [],
      audit: incidents.map((incident) => rowOf(incident, content)),
    },
    defined({ fence: content.fence }),
  );
  return clearIncidents(
    workspace.state,
    incidents.map(({ id }) => id),
  );
}

function rowOf(
  { kind, at: recordedAt, first, message, findings }: Incident,
  content: Content,
): AuditEntry {
  const found = findings.map((finding) => finding.message).join('; ');
  return {
    step: content.step ?? '',
    type: 'incident',
    target: findings[0]?.file ?? kind,
    authorisation: '',
    result: 'over',
    detail: `found ${first ?? recordedAt}: ${message}${found === '' ? '' : ` (${found})`}; the gate is content again: ${content.by}`,
  };
}
