/** The owner's limits on tokens and money, from SPENDING.md and USER.md. */
import { NIGHT_UNITS, type NightLimits, type NightUnit } from '../agents/night-budget.js';
import { defined } from '../kernel/defined.js';
import type { Rec } from '../markdown/types.js';
import { fieldText } from '../project/field-text.js';
import { raisedBy, raiseOfPass } from '../governance/raised-limits.js';
import type { SpendUnit } from '../project/limit-question.js';
import type { Snapshot } from '../workspace/types.js';

export type SpendScope = 'pass' | 'project' | 'night' | 'month';

export type SpendLimit = {
  readonly scope: SpendScope;
  /** Counts only this project. Without it: all of them, or each one for itself. */
  readonly project?: string;
  readonly limits: NightLimits;
};

const SCOPES: readonly SpendScope[] = ['pass', 'project', 'night', 'month'];

/** Those that apply to a pass. @param project without it: to idle work. */
export function spendLimits(snapshot: Snapshot, project?: string): readonly SpendLimit[] {
  const night: SpendLimit = { scope: 'night', limits: nightLimits(snapshot) };
  const rows = snapshot.records('SPEND-LIMIT').map(
    (row): SpendLimit => ({
      // A mistake never lifts a limit.
      scope: SCOPES.find((scope) => scope === fieldText(row, 'scope')) ?? 'month',
      ...defined({ project: fieldText(row, 'project') || undefined }),
      limits: defined({ tokens: limitIn(row, 'tokens'), cost: limitIn(row, 'cost') }),
    }),
  );
  const applying = [night, ...rows].filter(
    (limit) =>
      Object.keys(limit.limits).length > 0 &&
      (limit.project === undefined
        ? limit.scope !== 'project' || project !== undefined
        : limit.project === project),
  );
  return applying.map((limit) => raised(snapshot, limit, project));
}

/** With what the owner has allowed beyond it. */
function raised(snapshot: Snapshot, limit: SpendLimit, project: string | undefined): SpendLimit {
  const { scope, limits } = limit;
  const more = (unit: SpendUnit, amount: number): number => {
    if (scope === 'pass') {
      const raise = project === undefined ? undefined : raiseOfPass(snapshot, project);
      return raise?.unit === unit ? Math.max(amount, raise.amount) : amount;
    }
    const own = scope === 'project' ? project : limit.project;
    return amount + raisedBy(snapshot, { scope, target: own ?? scope, unit });
  };
  const { tokens, cost } = limits;
  return {
    ...limit,
    limits: {
      ...limits,
      ...(tokens === undefined ? {} : { tokens: more('tokens', tokens) }),
      ...(cost === undefined ? {} : { cost: more('cost', cost) }),
    },
  };
}

function nightLimits(snapshot: Snapshot): NightLimits {
  const owner = snapshot.records('OWNER')[0];
  const limit = (unit: NightUnit): number | undefined => limitIn(owner, `night_${unit}`);
  return defined(Object.fromEntries(NIGHT_UNITS.map((unit) => [unit, limit(unit)]))) as NightLimits;
}

/** A number that cannot be read counts as 0, so that a mistake never lifts a limit. */
function limitIn(record: Rec | undefined, field: string): number | undefined {
  const text = fieldText(record, field);
  if (text === '') return undefined;
  return Number(text) >= 0 ? Number(text) : 0;
}
