/** Prices and limits as the owner has signed them, read again when a page or a log has changed. */
import { begunPasses } from '../../../passes/begun-passes.js';
import { ownerZone } from '../../../project/owner-zone.js';
import type { Snapshot, Workspace } from '../../../workspace/types.js';
import type { PassOf } from '../ledger/balances.js';
import type { Limit, Price } from '../ledger/types.js';
import { type LimitsInput, limitsOf, type PassLimits, passLimit } from './limits.js';
import { priceOf } from './prices.js';
import { signedPages } from './signed-pages.js';

export type Spending = {
  /** Once for each call; what the others say is as it was then. */
  readonly look: () => void;
  readonly zone: () => string;
  readonly limits: (pass: PassOf) => readonly Limit[];
  readonly priceOf: (call: {
    readonly model: string;
    readonly runner: string;
  }) => Price | undefined;
};

export type SpendingOptions = {
  readonly workspace: Workspace;
  readonly isMetered: LimitsInput['isMetered'];
  readonly counted: LimitsInput['counted'];
  /** The limits of the pass itself. */
  readonly passLimits: (runId: string) => PassLimits;
};

/** @throws NocturneError `GATE` at a use without any signed page. */
export function spendingOf({
  workspace,
  isMetered,
  counted,
  passLimits,
}: SpendingOptions): Spending {
  const signedNow = signedPages(workspace);
  let seen: Snapshot | undefined;
  const signed = (): Snapshot => (seen ??= signedNow());
  const known = new Map<string, { readonly key: string; readonly limits: readonly Limit[] }>();
  let of: Snapshot | undefined;
  let begun: readonly string[] = [];
  const ownersLimits = (project: string): readonly Limit[] => {
    const snapshot = signed();
    if (of !== snapshot) {
      of = snapshot;
      known.clear();
      begun = begunPasses(snapshot).map(({ runId }) => runId);
    }
    const key = begun.filter(isMetered).join(' ');
    const kept = known.get(project);
    if (kept?.key === key) return kept.limits;
    const limits = limitsOf(snapshot, { project, isMetered, counted });
    known.set(project, { key, limits });
    return limits;
  };
  return {
    look: () => void (seen = signedNow()),
    zone: () => ownerZone(signed()),
    limits: ({ runId, project }) => [passLimit(passLimits(runId)), ...ownersLimits(project)],
    priceOf: ({ model, runner }) => priceOf(signed(), model, runner),
  };
}
