/** Whether the owner's limits allow one more pass at the same time. */
import { tierRows } from '../../agents/model-tier.js';
import { usedUp } from '../../agents/night-budget.js';
import { ownerNumber } from '../../project/owner-number.js';
import type { Unit } from '../../governance/unit.js';
import type { Claim } from '../../workspace/pass-lock.js';
import type { Snapshot } from '../../workspace/types.js';
import { begunPasses } from '../begun-passes.js';
import { leftOfProject, type NightBudget } from '../night-use.js';
import { tierChooser } from './tier-choice.js';

/**
 * @param others the other running passes.
 * @returns a function that says why no pass may begin now, on this project or as idle work.
 */
export function roomFor(
  snapshot: Snapshot,
  others: readonly Claim[],
  budget?: NightBudget,
): (project?: string, unit?: Unit) => string | undefined {
  const spent = spentBy(snapshot);
  const workers = others.filter(({ role }) => role === 'worker');
  if (workers.length === 0) return spent;
  const most = ownerNumber(snapshot, 'passes_at_once', Number.POSITIVE_INFINITY);
  if (workers.length >= most)
    return () => `${workers.length} of ${most} passes (USER.md, Passes at once) are at work`;
  const limited = tierRows(snapshot.records('MODEL-TIER')).filter(({ tier, maxAtOnce }) => {
    const used = workers.filter((claim) => claim.tier === tier).length;
    return maxAtOnce !== undefined && used >= maxAtOnce;
  });
  if (limited.length === 0) return spent;
  const choose = tierChooser(snapshot, budget);
  return (project, unit) => {
    const over = spent(project);
    if (over !== undefined || unit?.command !== undefined) return over;
    const choice = choose(project, undefined, unit);
    const row = limited.find(({ tier }) => choice.kind === 'chosen' && tier === choice.tier);
    if (row === undefined) return undefined;
    return `the tier ${row.tier} has no room: ${row.maxAtOnce ?? 0} at once (MODEL-TIERS.md)`;
  };
}

/** Why a project has nothing left of its own limits. The others may go on. */
function spentBy(snapshot: Snapshot): (project?: string) => string | undefined {
  if (snapshot.records('SPEND-LIMIT').length === 0) return () => undefined;
  const begun = begunPasses(snapshot);
  return (project) =>
    project === undefined ? undefined : usedUp(leftOfProject(snapshot, begun, project));
}
