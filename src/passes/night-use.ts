/** What the passes of a night, a month or a project may still use. */
import {
  type Budget,
  type NightLeft,
  type NightLimits,
  nightLeft,
} from '../agents/night-budget.js';
import { defined } from '../kernel/defined.js';
import { fieldText } from '../project/field-text.js';
import type { Snapshot } from '../workspace/types.js';
import { type BegunPass, recentRows } from './begun-passes.js';
import { spendLimits } from './spend-limits.js';
import { isAfter, NO_USE, periodAfter, periodOf, usedBy } from './used-by-passes.js';

/** `after`: only runs after this one count; without it, all runs of the owner's night. */
export type NightBudget = { readonly limits: NightLimits; readonly after?: string };

/** What is left of the owner's night and month, and of the budget that this command was given. */
export function leftOfNight(
  snapshot: Snapshot,
  begun: readonly BegunPass[],
  given: NightBudget | undefined,
): NightLeft {
  const budgets = spendLimits(snapshot).flatMap(({ scope, project, limits }): Budget[] => {
    if (scope === 'pass' || scope === 'project' || project !== undefined) return [];
    const used = usedBy(snapshot, begun, periodOf(snapshot, scope));
    return [{ limits, used, ...defined({ of: scope === 'month' ? 'this month' : undefined }) }];
  });
  if (given === undefined || Object.keys(given.limits).length === 0) return nightLeft(budgets);
  const { limits, after } = given;
  const period = after === undefined ? periodOf(snapshot, 'night') : periodAfter(snapshot, after);
  return nightLeft([...budgets, { limits, used: usedBy(snapshot, begun, period) }]);
}

/** What is left for a pass of a project, by the limits of single passes and of this project. */
export function leftOfProject(
  snapshot: Snapshot,
  begun: readonly BegunPass[],
  slug: string,
): NightLeft {
  return nightLeft(
    spendLimits(snapshot, slug).flatMap(({ scope, project, limits }): Budget[] => {
      if (scope === 'pass') return [{ limits, used: NO_USE, of: 'one pass' }];
      if (scope !== 'project' && project === undefined) return [];
      const used = usedBy(snapshot, begun, periodOf(snapshot, scope, slug));
      return [{ limits, used, of: `the project ${slug}` }];
    }),
  );
}

/** The latest run that may belong to this night, for a budget that begins now. */
export function latestRun(snapshot: Snapshot): string {
  let latest = '';
  for (const row of recentRows(snapshot)) {
    const runId = fieldText(row, 'run_id');
    if (runId !== '' && isAfter(runId, latest)) latest = runId;
  }
  return latest;
}
