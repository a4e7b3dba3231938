/** The limits that apply to a pass, with what is used of them by passes that no meter sees. */
import { defined } from '../../../kernel/defined.js';
import { type BegunPass, begunPasses } from '../../../passes/begun-passes.js';
import { type SpendLimit, spendLimits } from '../../../passes/spend-limits.js';
import { periodOf, usedBy } from '../../../passes/used-by-passes.js';
import type { Snapshot } from '../../../workspace/types.js';
import { NANOS } from '../ledger/money.js';
import type { Limit, Spend } from '../ledger/types.js';

/**
 * Of the pass itself: its tier's, by what was left when it began. `cost` in the owner's currency.
 */
export type PassLimits = { readonly tokens?: number; readonly cost?: number };

export type LimitsInput = {
  /** Without it: of no project, as idle work is. */
  readonly project: string | undefined;
  /** Whether the calls of a run's worker are in the ledger. */
  readonly isMetered: (runId: string) => boolean;
  /** What the ledger has of a run, such as the calls of its judges. */
  readonly counted: (runId: string) => Spend;
};

export function passLimit(limits: PassLimits): Limit {
  return { scope: 'pass', ...inNanos(limits) };
}

/** The owner's, of SPENDING.md and USER.md. */
export function limitsOf(snapshot: Snapshot, input: LimitsInput): readonly Limit[] {
  const begun = begunPasses(snapshot).filter(({ runId }) => !input.isMetered(runId));
  return spendLimits(snapshot, input.project).map((limit): Limit => {
    const elsewhere = elsewhereOf(snapshot, { limit, begun, ...input });
    const isShared = limit.scope === 'pass' ? (true as const) : undefined;
    const named = defined({ project: limit.project, isShared });
    return { scope: limit.scope, ...named, ...inNanos(limit.limits), ...defined({ elsewhere }) };
  });
}

function elsewhereOf(
  snapshot: Snapshot,
  input: LimitsInput & { readonly limit: SpendLimit; readonly begun: readonly BegunPass[] },
): Spend | undefined {
  const { limit, begun, project, isMetered, counted } = input;
  if (limit.scope === 'pass') return undefined;
  const period = periodOf(
    snapshot,
    limit.scope,
    limit.scope === 'project' ? project : limit.project,
  );
  const used = usedBy(snapshot, begun, {
    ...period,
    counts: (runId, started) => !isMetered(runId) && period.counts(runId, started),
    known(runId) {
      const { tokens, nanos } = counted(runId);
      return { tokens, cost: nanos / NANOS };
    },
  });
  return { tokens: whole(used.tokens), nanos: whole(used.cost * NANOS) };
}

function inNanos({ tokens, cost }: PassLimits): Pick<Limit, 'tokens' | 'nanos'> {
  return defined({
    tokens: tokens === undefined ? undefined : Math.floor(tokens),
    nanos:
      cost === undefined ? undefined : Math.min(Math.round(cost * NANOS), Number.MAX_SAFE_INTEGER),
  });
}

/** Of a running pass without limits, everything is reserved. */
function whole(amount: number): number {
  return Math.min(Math.ceil(amount), Number.MAX_SAFE_INTEGER);
}
