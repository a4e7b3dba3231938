/**
 * The accounts of one workspace: reserves the worst case of a call before it leaves, and settles it
 * when its usage is known. One process at a time has them open, the meter.
 */
import { type Clock, stamp } from '../../../kernel/clock.js';
import { defined } from '../../../kernel/defined.js';
import { balancesOf, type PassOf, periodsAt, usedLimits } from './balances.js';
import { decide, type UsedLimit } from './decide.js';
import { Ledger } from './ledger.js';
import { NOTHING } from './money.js';
import { settlement } from './settlement.js';
import { stoppedUntil } from './stopped.js';
import type { LogPlace } from '../../../workspace/synced-log.js';
import { spendOf } from './call-sum.js';
import type {
  Ask,
  Balance,
  CallRow,
  CallSum,
  Limit,
  Outcome,
  Price,
  Reserved,
  Settled,
  Spend,
} from './types.js';

export type { PassOf };

export interface Accounts {
  /**
   * Durable before it returns. A call that does not fit into every limit is refused. `maxOutput` is
   * the output limit that the request must have.
   */
  reserve(call: CallRow, ask: Ask): Reserved;
  /** Durable before it returns. A call is settled once; a second time changes nothing. */
  settle(id: string, outcome: Outcome): Settled;
  /** Every limit of a pass and what is used of it, the fullest first. */
  balances(call: PassOf): readonly Balance[];
  /** What a pass has spent, with what its running calls have reserved. */
  pass(runId: string): CallSum;
  /** The same of a pass with its judges. */
  run(runId: string): Spend;
  /** The last row's link and number, which the audit names. */
  readonly place: LogPlace;
  /** @throws NocturneError `GATE` after a row that could not follow the others. */
  requireUnchanged(): void;
  close(): void;
}

export type AccountsOptions = {
  /** The meter's directory in the state directory. */
  readonly directory: string;
  readonly clock: Clock;
  /** The owner's, as it is now. */
  readonly zone: () => string;
  /** What applies to a pass now: the owner's limits, and those of the pass itself. */
  readonly limits: (pass: PassOf) => readonly Limit[];
};

const UNCONFIRMED = { kind: 'unconfirmed' } as const;

/** Calls that a crash has left are settled as unconfirmed: they count in full. */
export function openAccounts(options: AccountsOptions): Accounts {
  const { directory, clock } = options;
  const ledger = new Ledger(directory);
  const prices = new Map<string, Price | undefined>();
  for (const reserved of ledger.totals.stored().running)
    ledger.append(settlement({ reserved, price: undefined, now: clock.now() }, UNCONFIRMED));
  const accountsOf = (pass: PassOf, now: Date): readonly UsedLimit[] =>
    usedLimits(options.limits(pass), ledger.totals, {
      ...pass,
      ...periodsAt(options.zone(), now),
    });
  return {
    reserve(call, ask) {
      const now = clock.now();
      const stopped = stoppedUntil(directory, now);
      if (stopped !== undefined) return { kind: 'refused', scope: 'stopped', until: stopped.until };
      const exact = { ...ask, cacheWrites: ask.cacheWrites ?? call.protocol === 'message' };
      const decision = decide(exact, call.model, accountsOf(call, now));
      if (decision.kind === 'refused') return decision;
      const { maxOutput, spend } = decision;
      const id = `CALL-${ledger.place.rows + 1}`;
      ledger.append({
        kind: 'reserve',
        id,
        time: stamp(now),
        ...call,
        ...periodsAt(options.zone(), now),
        inputTokens: ask.inputTokens,
        maxOutput,
        ...defined({
          asked: ask.maxOutput === maxOutput ? undefined : (ask.maxOutput ?? 'none'),
          choices: ask.choices === 1 ? undefined : ask.choices,
        }),
        tokens: spend.tokens,
        ...defined({ nanos: ask.price === undefined ? undefined : spend.nanos }),
      });
      prices.set(id, ask.price);
      return { kind: 'reserved', id, maxOutput };
    },
    settle(id, outcome) {
      const reserved = ledger.totals.running(id);
      if (reserved === undefined) return { kind: outcome.kind, spent: NOTHING };
      const row = settlement({ reserved, price: prices.get(id), now: clock.now() }, outcome);
      ledger.append(row);
      prices.delete(id);
      return { kind: row.how, spent: spendOf(row), ...defined({ over: row.over }) };
    },
    balances: (pass) => balancesOf(accountsOf(pass, clock.now())),
    pass: (runId) => ledger.totals.pass(runId),
    run: (runId) => ledger.totals.run(runId),
    get place() {
      return ledger.place;
    },
    requireUnchanged: () => ledger.requireUnchanged(),
    close: () => ledger.close(),
  };
}
