/** A ledger in a folder of its own, with limits and a clock that the test sets. */
import { join } from 'node:path';
import { type Accounts, openAccounts } from '../../../src/modules/meter/ledger/accounts.js';
import type { Ask, CallRow, Limit, Price } from '../../../src/modules/meter/ledger/types.js';

/** 1.00 and 4.00 for a million tokens. */
export const PRICE: Price = {
  input: 1_000_000_000,
  output: 4_000_000_000,
  cacheRead: 100_000_000,
  cacheWrite: 1_250_000_000,
};

export const CALL: CallRow = {
  runId: 'RUN-20261121-001',
  project: 'inventory',
  runner: 'gpt',
  model: 'gpt-5',
  protocol: 'chat',
  note: '',
};

export const ASK: Ask = { inputTokens: 1000, maxOutput: 2000, smallest: 1024, price: PRICE };

export type LedgerPlace = {
  readonly directory: string;
  limits: readonly Limit[];
  now: Date;
  open(): Accounts;
};

export function ledgerPlace(folder: string, limits: readonly Limit[] = []): LedgerPlace {
  const place: LedgerPlace = {
    directory: join(folder, 'meter'),
    limits,
    now: new Date('2026-11-21T23:00:00Z'),
    open: () =>
      openAccounts({
        directory: place.directory,
        clock: { now: () => place.now },
        zone: () => 'Europe/Berlin',
        limits: () => place.limits,
      }),
  };
  return place;
}
