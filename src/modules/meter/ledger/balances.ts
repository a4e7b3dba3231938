/** How much of each limit is used. */
import { defined } from '../../../kernel/defined.js';
import { monthIn, nightIn } from '../../../project/owner-zone.js';
import type { UsedLimit } from './decide.js';
import { NOTHING, plus } from './money.js';
import type { Totals } from './totals.js';
import type { Balance, CallRow, Limit } from './types.js';

export type PassOf = Pick<CallRow, 'runId' | 'project'>;
export type Periods = { readonly night: string; readonly month: string };

/** The owner's night and month. */
export function periodsAt(zone: string, now: Date): Periods {
  return { night: nightIn(zone, now), month: monthIn(zone, now) };
}

export function usedLimits(
  limits: readonly Limit[],
  totals: Totals,
  pass: PassOf & Periods,
): readonly UsedLimit[] {
  return limits.map((limit) => {
    const { scope, isShared, elsewhere = NOTHING } = limit;
    const project = scope === 'project' ? pass.project : limit.project;
    const account = { ...pass, scope, project: project ?? '', ...defined({ isShared }) };
    return { limit, used: plus(totals.used(account), elsewhere) };
  });
}

/** The fullest first. */
export function balancesOf(limits: readonly UsedLimit[]): readonly Balance[] {
  return limits
    .flatMap(({ limit, used }) =>
      (['tokens', 'nanos'] as const).flatMap((unit): Balance[] => {
        const most = limit[unit];
        if (most === undefined) return [];
        const { scope, project } = limit;
        return [{ scope, ...defined({ project }), unit, limit: most, used: used[unit] }];
      }),
    )
    .sort((a, b) => b.used / b.limit - a.used / a.limit);
}
