/** Which model tier a project gets today. */
import { chooseTier, type TierChoice, type TierLimits, tierRows } from '../../agents/model-tier.js';
import { limitedTo } from '../../agents/night-budget.js';
import { type Raise, raiseFor } from '../../governance/raised-limits.js';
import { defined } from '../../kernel/defined.js';
import { fieldText } from '../../project/field-text.js';
import type { Unit } from '../../governance/unit.js';
import type { Snapshot } from '../../workspace/types.js';
import { begunPasses, usedToday } from '../begun-passes.js';
import { cutTo } from '../units/unit-budget.js';
import { leftOfNight, leftOfProject, type NightBudget } from '../night-use.js';

/** Whose runner does idle work. Without this row there is none, and no model is asked. */
export const IDLE_TIER = 'idle';

/** @returns the choice for a project or a unit of it; without one, for idle work. */
export function tierChooser(
  snapshot: Snapshot,
  budget: NightBudget | undefined,
): (project?: string, asked?: string, unit?: Unit) => TierChoice {
  const begun = begunPasses(snapshot);
  const rows = tierRows(snapshot.records('MODEL-TIER'));
  const limits = {
    usedToday: usedToday(snapshot, begun),
    night: leftOfNight(snapshot, begun, budget),
  };
  return (project, asked, unit) => {
    const wanted = wantedTier(snapshot, project, unit);
    const runner = namedRunner(snapshot, { project, asked, unit });
    const own = project === undefined ? {} : leftOfProject(snapshot, begun, project);
    const tiers = rows.map((row) => ({ ...row, limits: limitedTo(row.limits, own) }));
    const choice = chooseTier({ ...limits, tiers, wanted, ...defined({ runner }) });
    const raise = raiseFor(snapshot, project ?? '');
    if (choice.kind !== 'chosen') return choice;
    const cut = { ...choice, limits: cutTo(choice.limits, unit) };
    if (raise === undefined) return cut;
    const raised = limitedTo(raisedTo(cut.limits, raise), own);
    return { ...choice, limits: limitedTo(raised, limits.night) };
  };
}

/** A pass that goes on after a yes gets what the owner allowed. */
function raisedTo(limits: TierLimits, { unit, amount }: Raise): TierLimits {
  return unit === 'tokens' ? { ...limits, maxTokens: amount } : { ...limits, maxCost: amount };
}

/** What the unit or the project names; without one, the tier of idle work. */
export function wantedTier(
  snapshot: Snapshot,
  project: string | undefined,
  unit: Unit | undefined,
): string {
  if (unit?.tier !== undefined) return unit.tier;
  const record = project === undefined ? undefined : snapshot.record('PROJECT', project);
  return fieldText(record, 'next_pass.model_tier') || IDLE_TIER;
}

/** The runner that replaces the tier's own. */
export function namedRunner(
  snapshot: Snapshot,
  {
    project,
    asked,
    unit,
  }: {
    readonly project: string | undefined;
    readonly asked: string | undefined;
    readonly unit: Unit | undefined;
  },
): string | undefined {
  const named = asked ?? unit?.runner;
  if (named !== undefined || project === undefined) return named;
  return fieldText(snapshot.record('PROJECT', project), 'next_pass.runner') || undefined;
}
