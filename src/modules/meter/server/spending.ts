/** Prices and limits, as the owner has them now. */
import type { Workspace } from '../../../workspace/types.js';
import { ownerZone } from '../../../project/owner-zone.js';
import { defined } from '../../../kernel/defined.js';
import type { Grant } from '../grant.js';
import { NANOS } from '../ledger/money.js';
import { accountOf } from './desk.js';
import type { PassOf } from '../ledger/accounts.js';
import type { Limit, Price } from '../ledger/types.js';

export type Spending = {
  readonly zone: () => string;
  readonly limits: (pass: PassOf) => readonly Limit[];
  readonly priceOf: (call: {
    readonly model: string;
    readonly runner: string;
  }) => Price | undefined;
  /** From now on the limits of the grant apply to its account. */
  readonly note: (grant: Grant) => void;
};

export function spendingOf(workspace: Workspace): Spending {
  const granted = new Map<string, Grant['limits']>();
  return {
    zone: () => ownerZone(workspace.snapshot()),
    limits: ({ runId }) => {
      const { tokens, cost } = granted.get(runId) ?? {};
      const nanos = cost === undefined ? undefined : Math.floor(cost * NANOS);
      return [{ scope: 'pass', ...defined({ tokens, nanos }) }];
    },
    priceOf: () => undefined,
    note: (grant) => void granted.set(accountOf(grant), grant.limits),
  };
}
