/** What happened to a plan, as one change: the rows of the log and the edits of its page. */
import type { ModuleChange } from '../../../passes/module.js';
import type { Change, Snapshot } from '../../../workspace/types.js';
import { eventRows, type LoggedEvent, requirePlans } from '../log/plan-log.js';
import type { Plan } from '../types.js';
import { planFile } from './plan-page.js';
import type { PlanRead } from './read-plan.js';
import { newPage, writtenPage } from './write-page.js';

export type PlanStep = {
  /** As `readPlan` gave it on the same snapshot. */
  readonly read: PlanRead;
  readonly after: Plan;
  /** In their order, all of one moment. */
  readonly events: readonly LoggedEvent[];
  /** Who: `owner`, `nocturne`, or the id of a run. */
  readonly by: string;
  /** `events` has what the owner changed on the page; otherwise the page is left to the owner. */
  readonly takesIn?: boolean;
};

/**
 * Pure, and for a commit on this snapshot. While the page cannot be written, only the log is; the
 * page follows when it can.
 */
export function planChange(snapshot: Snapshot, step: PlanStep): ModuleChange {
  requirePlans(snapshot);
  const { read, after, by } = step;
  const { project } = after;
  const events: readonly LoggedEvent[] =
    read.logged === undefined
      ? [{ kind: 'created', time: snapshot.now.toISOString() }, ...step.events]
      : step.events;
  const page = pageChange(snapshot, { ...step, events });
  const rows = eventRows(snapshot, {
    before: read.logged,
    after,
    events,
    by,
    page: page !== undefined,
  });
  const named = events.flatMap((event) =>
    'step' in event && event.step !== undefined ? [event.step] : [],
  );
  const what = [...new Set(events.map(({ kind }) => kind))].join(', ');
  return {
    reason: `plan ${project}: ${what}${named.length === 0 ? '' : ` (${[...new Set(named)].join(', ')})`}`,
    changes: page === undefined ? rows : [...rows, page],
  };
}

/** The page as the log has the plan, for one that is missing or an old copy. */
export function restoredPage(snapshot: Snapshot, read: PlanRead): ModuleChange | undefined {
  const { logged } = read;
  if (logged === undefined) return undefined;
  const { plan, revision } = logged;
  const time = snapshot.now.toISOString();
  const events: readonly LoggedEvent[] = [{ kind: 'restored', time }];
  const now = revision + events.length;
  const file = planFile(plan.project);
  const [text, spec] = [snapshot.text(file), snapshot.schema.objects.get('PLAN')];
  const { page } = read;
  const content =
    page === undefined || text === undefined || spec === undefined
      ? newPage(plan, now)
      : writtenPage(text, { file, spec }, { plan, revision: now, definitions: page.definitions });
  return {
    reason: `plan ${plan.project}: the page is written again from the log`,
    changes: [
      ...eventRows(snapshot, { before: logged, after: plan, events, by: 'owner', page: true }),
      { kind: 'write', path: file, content },
    ],
  };
}

function pageChange(snapshot: Snapshot, step: PlanStep): Change | undefined {
  const { read, after, events } = step;
  const file = planFile(after.project);
  const text = snapshot.text(file);
  const spec = snapshot.schema.objects.get('PLAN');
  const { page, logged } = read;
  const isLeft = read.edits.length > 0 && step.takesIn !== true;
  if (isLeft || read.problems.length > 0) return undefined;
  if (page === undefined || text === undefined || spec === undefined) return undefined;
  const revision = (logged?.revision ?? 0) + events.length;
  const content = writtenPage(
    text,
    { file, spec },
    { plan: after, revision, definitions: page.definitions },
  );
  return { kind: 'write', path: file, content };
}
