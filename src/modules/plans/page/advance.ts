/** A plan after events: first what the owner changed on its page, then what else happened. */
import type { ModuleChange } from '../../../passes/module.js';
import type { Snapshot } from '../../../workspace/types.js';
import { reduce } from '../engine/reduce.js';
import type { LoggedEvent } from '../log/plan-log.js';
import type { Plan, PlanEffect, PlanEvent } from '../types.js';
import { effectChanges } from './effect-changes.js';
import { planChange } from './plan-change.js';
import { type PlanRead, readPlan } from './read-plan.js';

export type Refused = { readonly event: PlanEvent; readonly why: string };
export type Advance = {
  readonly plan: Plan;
  /** Of `events`, those that changed nothing. */
  readonly refused: readonly Refused[];
  /** Nothing: nothing happened. */
  readonly change: ModuleChange | undefined;
};

/**
 * Pure. An edit of the owner's that cannot be done is undone on the page, and is in the log. While
 * the page cannot be read, only `events` count. Nothing: the project has no plan.
 */
export function advance(
  snapshot: Snapshot,
  project: string,
  options: {
    readonly events?: readonly PlanEvent[];
    readonly by: string;
    readonly read?: PlanRead;
  },
): Advance | undefined {
  const { events = [], by, read = readPlan(snapshot, project) } = options;
  if (read.plan === undefined) return undefined;
  const logged: LoggedEvent[] = [];
  const effects: PlanEffect[] = [];
  let { plan } = read;
  const apply = (event: PlanEvent): string | undefined => {
    const next = reduce(plan, event);
    if (next.refused !== undefined) return next.refused;
    if (next.plan !== plan) logged.push(event);
    plan = next.plan;
    effects.push(...next.effects);
    return undefined;
  };
  for (const edit of read.edits) {
    const why = apply(edit);
    if (why !== undefined)
      logged.push({
        kind: 'refused',
        time: edit.time,
        why,
        ...('step' in edit ? { step: edit.step } : {}),
      });
  }
  const refused = events.flatMap((event): readonly Refused[] => {
    const why = apply(event);
    return why === undefined ? [] : [{ event, why }];
  });
  const told = logged.flatMap((event) =>
    event.kind === 'refused'
      ? [`Your edit of the plan ${project} was not carried out: ${event.why}`]
      : [],
  );
  const isSame = logged.length === 0;
  return {
    plan,
    refused,
    change: isSame
      ? undefined
      : withEffects(
          planChange(snapshot, { read, after: plan, events: logged, by, takesIn: true }),
          effectChanges(snapshot, project, { effects, told }),
        ),
  };
}

function withEffects(
  change: ModuleChange,
  told: Pick<ModuleChange, 'changes' | 'notices'>,
): ModuleChange {
  return {
    ...change,
    changes: [...change.changes, ...told.changes],
    notices: told.notices ?? [],
  };
}
