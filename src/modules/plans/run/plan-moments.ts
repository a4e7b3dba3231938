/** What passes tell the plans, and what plans give to passes. */
import { stamp } from '../../../kernel/clock.js';
import { NocturneError } from '../../../kernel/error.js';
import type { Offer, Unit, UnitVerdict } from '../../../governance/unit.js';
import type {
  BeforeContext,
  KeptContext,
  ModuleChange,
  UnitContext,
} from '../../../passes/module.js';
import { fieldInt } from '../../../project/field-text.js';
import { viewAfter } from '../../../workspace/draft-view.js';
import { livePasses } from '../../../workspace/pass-lock.js';
import type { Snapshot } from '../../../workspace/types.js';
import { isActive } from '../engine/transition.js';
import { reviewChange, withAccepted } from '../look/look-moments.js';
import { settledInLoop, withLoops } from '../loop/loop-moments.js';
import { proposeSteps, withdrawTasks } from '../mesh/mesh-moments.js';
import { advance } from '../page/advance.js';
import { joinedChanges } from '../page/joined-changes.js';
import { plannedProjects, readPlan } from '../page/read-plan.js';
import { takeIn } from '../page/take-in.js';
import { eventsBefore } from './events-before.js';
import { settledEvent, startedEvent } from './events-of-run.js';
import { offerOf, stepOf } from './units-of-plan.js';

/** The owner's edits first, then what happened to the steps since. */
export async function beforePasses(snapshot: Snapshot): Promise<ModuleChange | undefined> {
  const changes: ModuleChange[] = [];
  let view = snapshot;
  const add = (change: ModuleChange | undefined): void => {
    if (change === undefined) return;
    changes.push(change);
    view = viewAfter(view, [{ ...change, actor: { kind: 'nocturne', name: 'plans' }, runId: '' }]);
  };
  add(takeIn(snapshot));
  const claims = livePasses(snapshot.root, { now: () => snapshot.now });
  const live = new Set(claims.map(({ runId }) => runId));
  for (const project of plannedProjects(snapshot)) {
    const { plan } = readPlan(view, project);
    if (plan === undefined) continue;
    const events = await eventsBefore(plan, { snapshot: view, time: timeOf(view), live });
    if (events.length > 0) add(advance(view, project, { events, by: 'nocturne' })?.change);
    add(proposeSteps(view, project, timeOf(view)));
  }
  add(withdrawTasks(view));
  return joinedChanges(changes);
}

export function offeredSteps({ snapshot, state }: KeptContext): Offer {
  const reads = plannedProjects(snapshot).map((project) => readPlan(snapshot, project));
  const plans = reads.flatMap(({ plan, problems }) =>
    plan === undefined || problems.length > 0 ? [] : [plan],
  );
  const steps = offerOf(plans, {
    now: timeOf(snapshot),
    priority: (project) =>
      fieldInt(snapshot.record('DISPATCH', project), 'priority') ?? Number.POSITIVE_INFINITY,
  });
  const looped = withLoops(steps, plans, { snapshot, state });
  const offer = { ...looped, units: withAccepted(looped.units, plans) };
  // Nothing of a page that cannot be read starts, the project's own pass no more than its steps.
  const unread = reads.flatMap(({ plan, problems }) =>
    plan !== undefined && problems.length > 0 && isActive(plan.status)
      ? [[plan.project, 'its plan cannot be read'] as const]
      : [],
  );
  return { ...offer, held: new Map([...offer.held, ...unread]) };
}

/** @throws NocturneError `CONFLICT` if the step cannot start any more. */
export function stepStarted(
  unit: Unit,
  { snapshot, runId, consumed }: UnitContext,
): ModuleChange | undefined {
  const event = startedEvent(unit, { runId, consumed, time: timeOf(snapshot) });
  const advanced = advance(snapshot, stepOf(unit).project, { events: [event], by: runId });
  const [refused] = advanced?.refused ?? [];
  if (refused !== undefined) throw new NocturneError('CONFLICT', `${unit.id}: ${refused.why}`);
  return advanced?.change;
}

export function stepSettled(
  unit: Unit,
  verdict: UnitVerdict,
  { snapshot, state }: BeforeContext,
): ModuleChange | undefined {
  const settled = settledEvent(unit, verdict, snapshot);
  const events = [settledInLoop(unit, settled, { snapshot, state })];
  const change = advance(snapshot, stepOf(unit).project, { events, by: verdict.runId })?.change;
  if (change === undefined || verdict.outcome !== 'review') return change;
  const page = reviewChange(unit, verdict, { snapshot, state });
  return { ...change, changes: [...change.changes, page] };
}

function timeOf({ now }: Snapshot): string {
  return stamp(now);
}
