/** Which model tier a project gets today. */
import { chooseTier, type TierChoice, tierRows } from '../../agents/model-tier.js';
import { defined } from '../../kernel/defined.js';
import { fieldText, fieldTime } from '../../project/field-text.js';
import { dayIn, ownerZone } from '../../project/owner-zone.js';
import type { Snapshot } from '../../workspace/types.js';

/** Whose runner does idle work. Without this row there is none, and no model is asked. */
export const IDLE_TIER = 'idle';
/** An hour longer when daylight saving time ends. */
const LONGEST_DAY_MS = 25 * 3_600_000;

/** @returns the choice for a project; without one, for idle work. */
export function tierChooser(snapshot: Snapshot): (project?: string, asked?: string) => TierChoice {
  const tiers = tierRows(snapshot.records('MODEL-TIER'));
  const used = usedToday(snapshot);
  return (project, asked) => {
    const record = project === undefined ? undefined : snapshot.record('PROJECT', project);
    const wanted = fieldText(record, 'next_pass.model_tier') || IDLE_TIER;
    const runner = namedRunner(snapshot, project, asked);
    return chooseTier({ tiers, wanted, usedToday: used, ...defined({ runner }) });
  };
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

/** Passes by tier, from the audit rows of this step, on the day that it is for the owner. */
function usedToday(snapshot: Snapshot): Readonly<Record<string, number>> {
  const zone = ownerZone(snapshot);
  const today = dayIn(zone, snapshot.now);
  const used: Record<string, number> = {};
  for (const row of snapshot.records('AUDIT')) {
    if (fieldText(row, 'step') !== 'T2.5' || fieldText(row, 'result') !== 'ok') continue;
    const time = fieldTime(row, 'time');
    if (time === undefined || Math.abs(snapshot.now.getTime() - time) > LONGEST_DAY_MS) continue;
    if (dayIn(zone, new Date(time)) !== today) continue;
    const tier = fieldText(row, 'target');
    used[tier] = (used[tier] ?? 0) + 1;
  }
  return used;
}
