/** Which limit of the owner's on a whole night or month leaves too little for any pass. */
import { tierRows } from '../../agents/model-tier.js';
import { limitOf } from '../../agents/night-budget.js';
import { isTooLittle, SMALLEST_PART } from '../../project/spend-floor.js';
import type { SpendUnit } from '../../project/limit-question.js';
import type { Snapshot } from '../../workspace/types.js';
import { begunPasses } from '../begun-passes.js';
import { spendLimits } from '../spend-limits.js';
import { periodOf, usedBy } from '../used-by-passes.js';
import type { SharedLimit } from './ask-for-more.js';

const UNITS: readonly SpendUnit[] = ['tokens', 'cost'];

export function sharedLimitReached(snapshot: Snapshot): SharedLimit | undefined {
  const begun = begunPasses(snapshot);
  const tiers = tierRows(snapshot.records('MODEL-TIER'));
  for (const { scope, project, limits } of spendLimits(snapshot)) {
    if (project !== undefined || (scope !== 'night' && scope !== 'month')) continue;
    const used = usedBy(snapshot, begun, periodOf(snapshot, scope));
    for (const unit of UNITS) {
      const limit = limits[unit];
      if (limit === undefined) continue;
      const needs = tiers.map((tier) => limitOf(tier.limits, unit) ?? 0);
      const needed = Math.min(...needs);
      if (isTooLittle(limit - used[unit], needed))
        return { scope, unit, limit, used: used[unit], needed: needed * SMALLEST_PART };
    }
  }
  return undefined;
}
