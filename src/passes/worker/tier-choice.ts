/** Which model tier a project gets today. */
import { chooseTier, type TierChoice, type TierLimits, tierRows } from '../../agents/model-tier.js';
import { limitedTo } from '../../agents/night-budget.js';
import { type Raise, raiseFor } from '../../governance/raised-limits.js';
import { defined } from '../../kernel/defined.js';
import { fieldText } from '../../project/field-text.js';
import type { Snapshot } from '../../workspace/types.js';
import { begunPasses, usedToday } from '../begun-passes.js';
import { leftOfNight, leftOfProject, type NightBudget } from '../night-use.js';

/** Whose runner does idle work. Without this row there is none, and no model is asked. */
export const IDLE_TIER = 'idle';

/** @returns the choice for a project; without one, for idle work. */
export function tierChooser(
  snapshot: Snapshot,
  budget: NightBudget | undefined,
): (project?: string, asked?: string) => TierChoice {
  const begun = begunPasses(snapshot);
  const rows = tierRows(snapshot.records('MODEL-TIER'));
  const limits = {
    usedToday: usedToday(snapshot, begun),
    night: leftOfNight(snapshot, begun, budget),
  };
  return (project, asked) => {
    const wanted = wantedTier(snapshot, project);
    const runner = namedRunner(snapshot, project, asked);
    const own = project === undefined ? {} : leftOfProject(snapshot, begun, project);
    const tiers = rows.map((row) => ({ ...row, limits: limitedTo(row.limits, own) }));
    const choice = chooseTier({ ...limits, tiers, wanted, ...defined({ runner }) });
    const raise = raiseFor(snapshot, project ?? '');
    if (choice.kind !== 'chosen' || raise === undefined) return choice;
    const raised = limitedTo(raisedTo(choice.limits, raise), own);
    return { ...choice, limits: limitedTo(raised, limits.night) };
  };
}

/** A pass that goes on after a yes gets what the owner allowed. */
function raisedTo(limits: TierLimits, { unit, amount }: Raise): TierLimits {
  return unit === 'tokens' ? { ...limits, maxTokens: amount } : { ...limits, maxCost: amount };
}

/** What the project names; without one, the tier of idle work. */
export function wantedTier(snapshot: Snapshot, project: string | undefined): string {
  const record = project === undefined ? undefined : snapshot.record('PROJECT', project);
  return fieldText(record, 'next_pass.model_tier') || IDLE_TIER;
}

/** The runner that replaces the tier's own. */
export function namedRunner(
  snapshot: Snapshot,
  project: string | undefined,
  asked: string | undefined,
): string | undefined {
  if (asked !== undefined || project === undefined) return asked;
  return fieldText(snapshot.record('PROJECT', project), 'next_pass.runner') || undefined;
}
