/** The arithmetic of the accounts, for any amounts and any order of calls. */
import fc from 'fast-check';
import t from 'tap';
import { decide } from '../../../src/modules/meter/ledger/decide.js';
import {
  costOf,
  largestOutput,
  nanosOf,
  tokensOf,
  worstCase,
} from '../../../src/modules/meter/ledger/money.js';
import type { LedgerRow, ReserveRow } from '../../../src/modules/meter/ledger/rows.js';
import { settlement } from '../../../src/modules/meter/ledger/settlement.js';
import { totalsFrom } from '../../../src/modules/meter/ledger/totals.js';
import type { Counted, Outcome, Price } from '../../../src/modules/meter/ledger/types.js';
import { CALL } from './ledger-place.js';

const tokens = fc.integer({ min: 0, max: 2_000_000 });
const nanosPerMillion = fc.integer({ min: 0, max: 100_000_000_000 });
const price: fc.Arbitrary<Price> = fc.record({
  input: nanosPerMillion,
  output: nanosPerMillion,
  cacheRead: nanosPerMillion,
  cacheWrite: nanosPerMillion,
});
const counted: fc.Arbitrary<Counted> = fc.record({
  input: tokens,
  output: tokens,
  cacheRead: tokens,
  cacheWrite: tokens,
});
const ask = fc.record({
  inputTokens: tokens,
  maxOutput: fc.option(tokens, { nil: undefined }),
  smallest: fc.constant(1024),
  price,
  choices: fc.integer({ min: 1, max: 4 }),
  cacheWrites: fc.boolean(),
});

t.test(
  'money is exact, and what does not come out even is rounded up by less than a nano',
  async () => {
    fc.assert(
      fc.property(price, counted, (of, usage) => {
        const exact =
          BigInt(usage.input) * BigInt(of.input) +
          BigInt(usage.output) * BigInt(of.output) +
          BigInt(usage.cacheRead) * BigInt(of.cacheRead) +
          BigInt(usage.cacheWrite) * BigInt(of.cacheWrite);
        const charged = BigInt(costOf(of, usage)) * 1_000_000n;
        return charged >= exact && charged - exact < 1_000_000n;
      }),
    );
  },
);

t.test('a decimal is read exactly, whatever floating point makes of it', async (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 9_000_000 }),
      fc.integer({ min: 0, max: 9 }),
      (n, digits) => {
        const text = n.toString().padStart(digits + 1, '0');
        const decimal = digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
        return nanosOf(decimal) === n * 10 ** (9 - digits);
      },
    ),
  );
  t.equal(nanosOf('0.1', '0.3'), 30_000_000);
  t.equal(nanosOf('0.0000000001'), 1, 'rounded up');
  for (const bad of ['', '-1', '1e9', '1,5', 'free', '99999999999'])
    t.equal(nanosOf(bad), undefined, bad);
});

t.test('the output limit is the largest with which the worst case fits', async () => {
  const left = fc.integer({ min: -1_000_000, max: 10_000_000_000 });
  fc.assert(
    fc.property(ask, fc.constantFrom('tokens', 'nanos'), left, (of, unit, rest) => {
      const most = largestOutput(of, unit, rest);
      if (most === Number.POSITIVE_INFINITY) return worstCase(of, 0)[unit] <= rest;
      if (most < 0) return worstCase(of, 0)[unit] > rest;
      return worstCase(of, most)[unit] <= rest && worstCase(of, most + 1)[unit] > rest;
    }),
  );
});

t.test(
  'a call that is allowed fits into every limit, and one that is refused does not',
  async () => {
    const limit = fc.record({
      tokens: tokens,
      nanos: nanosPerMillion,
      usedTokens: tokens,
      usedNanos: tokens,
    });
    fc.assert(
      fc.property(ask, fc.array(limit, { maxLength: 4 }), (of, limits) => {
        const accounts = limits.map((item) => ({
          limit: { scope: 'night' as const, tokens: item.tokens, nanos: item.nanos },
          used: { tokens: item.usedTokens, nanos: item.usedNanos },
        }));
        const decision = decide(of, 'gpt-5', accounts);
        const fits = (output: number): boolean => {
          const worst = worstCase(of, output);
          return accounts.every(
            (account) =>
              account.used.tokens + worst.tokens <= account.limit.tokens &&
              account.used.nanos + worst.nanos <= account.limit.nanos,
          );
        };
        if (decision.kind === 'fits') return fits(decision.maxOutput);
        return !fits(Math.min(of.maxOutput ?? 16_384, 1024));
      }),
    );
  },
);

type Step =
  | { readonly reserve: ReserveRow }
  | { readonly settle: number; readonly outcome: Outcome };

const PRICE: Price = { input: 1_000_001, output: 3_999_999, cacheRead: 7, cacheWrite: 11 };
const step: fc.Arbitrary<Step> = fc.oneof(
  fc
    .record({
      tokens,
      project: fc.constantFrom('a', 'b'),
      night: fc.constantFrom('1', '2'),
      run: fc.nat(3),
    })
    .map(({ run, ...of }) => ({
      reserve: {
        ...CALL,
        ...of,
        kind: 'reserve' as const,
        id: '',
        time: '2026-11-21T23:00:00Z',
        month: of.night,
        runId: `RUN-${run}`,
        inputTokens: 0,
        maxOutput: of.tokens,
        nanos: of.tokens * 3,
      },
    })),
  fc.record({
    settle: fc.nat(30),
    outcome: fc.oneof(
      counted.map((usage): Outcome => ({ kind: 'counted', usage })),
      fc.constantFrom<Outcome>({ kind: 'unconfirmed' }, { kind: 'not-sent' }),
    ),
  }),
);

t.test('the accounts are the sum of the rows, also after a restart from a checkpoint', async () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.nat(60), (steps, restart) => {
      let totals = totalsFrom();
      const calls: { readonly reserved: ReserveRow; tokens: number; nanos: number }[] = [];
      steps.forEach((one, i) => {
        if (i === restart) totals = totalsFrom(JSON.parse(JSON.stringify(totals.stored())));
        const row = rowOf(one, calls, totals.running);
        if (row !== undefined) totals.apply(row);
      });
      const sum = (of: (row: ReserveRow) => boolean, unit: 'tokens' | 'nanos'): number =>
        calls.reduce((all, call) => all + (of(call.reserved) ? call[unit] : 0), 0);
      for (const unit of ['tokens', 'nanos'] as const) {
        for (const runId of ['RUN-0', 'RUN-1', 'RUN-2', 'RUN-3'])
          if (totals.pass(runId)[unit] !== sum((row) => row.runId === runId, unit)) return false;
        for (const night of ['1', '2'])
          for (const project of ['', 'a', 'b']) {
            const account = { scope: 'night' as const, project, runId: '', night, month: '' };
            const isIn = (row: ReserveRow): boolean =>
              row.night === night && (project === '' || row.project === project);
            if (totals.used(account)[unit] !== sum(isIn, unit)) return false;
          }
      }
      return true;
    }),
  );
});

t.test('after 3,000 passes the first one is known as metered, also after a restart', async (t) => {
  const first = totalsFrom();
  for (let pass = 0; pass < 3000; pass++) {
    const call = { ...CALL, id: String(pass), runId: `RUN-${pass}`, night: '1', month: '1' };
    const amount = { time: '2026-11-21T23:00:00Z', tokens: 5, inputTokens: 0, maxOutput: 5 };
    first.apply({ ...call, ...amount, kind: 'reserve' });
    first.apply({ ...amount, kind: 'settle', id: String(pass), how: 'counted' });
  }
  for (const totals of [first, totalsFrom(JSON.parse(JSON.stringify(first.stored())))]) {
    t.match(totals.pass('RUN-0'), { calls: 1, tokens: 5 });
    t.match(totals.run('RUN-0'), { tokens: 5 });
  }
});

/** The row of a step, which `calls` then counts; nothing for a call that is not running. */
function rowOf(
  one: Step,
  calls: { readonly reserved: ReserveRow; tokens: number; nanos: number }[],
  running: (id: string) => ReserveRow | undefined,
): LedgerRow | undefined {
  if ('reserve' in one) {
    const reserved = { ...one.reserve, id: String(calls.length) };
    calls.push({ reserved, tokens: reserved.tokens, nanos: reserved.nanos ?? 0 });
    return reserved;
  }
  const reserved = running(String(one.settle));
  const call = calls[one.settle];
  if (reserved === undefined || call === undefined) return undefined;
  const { outcome } = one;
  if (outcome.kind === 'not-sent') Object.assign(call, { tokens: 0, nanos: 0 });
  if (outcome.kind === 'counted')
    Object.assign(call, { tokens: tokensOf(outcome.usage), nanos: costOf(PRICE, outcome.usage) });
  return settlement({ reserved, price: PRICE, now: new Date(0) }, outcome);
}
