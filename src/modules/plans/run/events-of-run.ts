/** What a pass for a step means for its plan. */
import type { Unit, UnitVerdict } from '../../../governance/unit.js';
import { stamp } from '../../../kernel/clock.js';
import { defined } from '../../../kernel/defined.js';
import { rolePages } from '../../../project/rule-page/rule-page.js';
import type { Snapshot } from '../../../workspace/types.js';
import type { PlanEvent } from '../types.js';
import { inProject } from './project-paths.js';
import { stepOf } from './units-of-plan.js';

export function startedEvent(
  unit: Unit,
  {
    runId,
    consumed,
    time,
  }: {
    readonly runId: string;
    readonly consumed: Readonly<Record<string, string>>;
    readonly time: string;
  },
): PlanEvent {
  const { project, step } = stepOf(unit);
  return { kind: 'started', time, step, runId, consumed: inProject(project, consumed) };
}

export function settledEvent(unit: Unit, verdict: UnitVerdict, snapshot: Snapshot): PlanEvent {
  const time = stamp(snapshot.now);
  const { project, step } = stepOf(unit);
  const { runId, outcome, why, cause = 'agent' } = verdict;
  const at = { time, step, runId };
  if (outcome === 'proved') {
    const produced = inProject(project, verdict.outputs);
    return { ...at, kind: 'proved', produced, consumed: inProject(project, verdict.consumed) };
  }
  if (outcome === 'review') return { time, step, kind: 'review', by: 'owner' };
  // The project waits for the owner; then the same work goes on, and no try is used up.
  if (outcome === 'parked') return { ...at, kind: 'lost' };
  const escalate = escalationOf(snapshot, unit.role, cause);
  return { ...at, kind: 'failed', cause, why, ...defined({ escalate }) };
}

/** What the page of a role says about a failure of this kind. */
function escalationOf(
  snapshot: Snapshot,
  role: string | undefined,
  cause: string,
): string | undefined {
  const escalation = rolePages(snapshot).find(({ id }) => id === role)?.escalation;
  return Object.entries(escalation ?? {}).find(([kind]) => kind === cause)?.[1];
}
