/** What the server needs for each call. */
import type { Accounts } from '../ledger/accounts.js';
import type { Price } from '../ledger/types.js';
import type { Grant } from '../grant.js';
import type { Clock } from '../../../kernel/clock.js';
import type { Call } from './call.js';
import type { Patience } from './upstream.js';

export type Desk = {
  /** The state directory of the workspace. */
  readonly state: string;
  readonly accounts: Accounts;
  /** With the keys. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Once for each call: reads prices and limits again if they have changed. */
  readonly look: () => void;
  readonly priceOf: (call: {
    readonly model: string;
    readonly runner: string;
  }) => Price | undefined;
  readonly grantOf: (token: string) => Grant | undefined;
  readonly say: (line: string) => void;
  readonly patience: Patience;
  readonly clock: Clock;
  /** Calls that are not settled. */
  readonly running: Set<Call>;
};
