/**
 * Looks for the results of ended tasks, ends tasks that run too long, and tells the owner which
 * tasks failed.
 */
import type { AuditEntry, Snapshot, Workspace } from '../../workspace/types.js';
import { bundleChanges } from '../../workspace/bundle.js';
import { decideSweep, unsurfaced } from './decide-sweep.js';
import { type EventFields, eventChange, type TaskEvent } from './events.js';
import { evidenceFor } from './evidence.js';
import { readTasks } from './task-ledger.js';
import { step } from './reduce.js';
import { closeOutOf, type Task } from './task.js';

export type Swept = {
  readonly task: string;
  readonly event: EventFields['event'];
  readonly detail: string;
};

/** Idempotent: any process may call it at any time. */
export function sweep(
  workspace: Workspace,
  options: { readonly snapshot: Snapshot; readonly runId: string },
): readonly Swept[] {
  const first = decide(options.snapshot);
  if (first.events.length === 0) return [];
  let swept: readonly Swept[] = [];
  workspace.commit((snapshot) => {
    const { events, dead } = decide(snapshot);
    const surfaced =
      dead.length === 0
        ? undefined
        : bundleChanges(snapshot, 'incident_surface', notice(snapshot, dead));
    swept = events.map((event) => ({
      task: event.task ?? '',
      event: event.event,
      detail: event.detail ?? '',
    }));
    return {
      actor: { kind: 'nocturne', name: 'completion' },
      runId: options.runId,
      reason: 'tasks swept',
      ...(surfaced === undefined ? {} : { bundle: 'incident_surface', notices: surfaced.notices }),
      changes: [
        ...events.map((event) => eventChange(event, snapshot.now)),
        ...(surfaced?.changes ?? []),
      ],
      audit: dead.map(
        (task): AuditEntry => ({
          step: '',
          type: 'task_dead',
          target: task.id,
          authorisation: '',
          result: 'failed',
          detail: closeOutOf(task).reason.slice(0, 300),
        }),
      ),
    };
  });
  return swept;
}

type Decided = { readonly events: readonly EventFields[]; readonly dead: readonly Task[] };

/** Applies the new events first, so that the owner is told in the same commit. */
function decide(snapshot: Snapshot): Decided {
  const { all } = readTasks(snapshot);
  const now = snapshot.now.getTime();
  const events = decideSweep(all.values(), {
    now,
    evidence: (task) => evidenceFor(snapshot, task),
  });
  const after = new Map(all);
  for (const fields of events) {
    const task = after.get(fields.task ?? '');
    if (task !== undefined)
      after.set(task.id, step(task, { ...fields, seq: 0, at: now } satisfies TaskEvent));
  }
  const dead = unsurfaced(after.values());
  const surfaced = dead.map((task): EventFields => {
    const { nextStep, owner } = closeOutOf(task);
    return { event: 'surfaced', task: task.id, next_step: nextStep, next_owner: owner };
  });
  return { events: [...events, ...surfaced], dead };
}

/** The log has all of them. */
const MOST_NAMED = 20;

function notice(
  snapshot: Snapshot,
  dead: readonly Task[],
): { priority: string; project: string | null; question: string; body: string } {
  const projects = new Set(dead.map((task) => task.project));
  const [project] = projects;
  const isRecorded =
    projects.size === 1 &&
    project !== undefined &&
    snapshot.record('DISPATCH', project) !== undefined;
  const named = dead.slice(0, MOST_NAMED);
  const unnamed = dead.length - named.length;
  const more = unnamed === 0 ? '' : ` and ${unnamed} more`;
  const names = named.map((task) => task.id).join(', ');
  const lines = named
    .map(
      (task) =>
        `- ${task.id}${task.project === '' ? '' : ` (${task.project})`}: ${closeOutOf(task).reason}. Next: ${closeOutOf(task).nextStep} (${closeOutOf(task).owner})`,
    )
    .join('\n');
  return {
    priority: 'medium',
    project: isRecorded ? project : null,
    question: `${dead.length === 1 ? 'A task for another agent' : `${dead.length} tasks for other agents`} failed: ${names}${more}. Answer yes when you have seen this.`,
    body: more === '' ? lines : `${lines}\n- ${more.trim()}`,
  };
}
