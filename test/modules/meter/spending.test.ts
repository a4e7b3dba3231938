/** Prices and limits are read from the owner's signed page. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { priceOf } from '../../../src/modules/meter/page/prices.js';
import { spendingOf } from '../../../src/modules/meter/page/spending.js';
import { raiseText } from '../../../src/governance/raised-limits.js';
import { ownerZone } from '../../../src/project/owner-zone.js';
import { instantIn } from '../../../src/project/zone.js';
import type { Observation } from '../../../src/kernel/observation.js';
import { priceProblems } from '../../../src/modules/meter/page/price-problems.js';
import { runnersPage, tiersWith } from '../../passes/pass-workspace.js';
import { logRow } from '../../support/log-row.js';
import { signAnyway } from '../../support/sign-anyway.js';
import { SPENDING, type SpendingRows, spendingPage, spendingPlace } from './spending-place.js';

const PASS = { runId: 'RUN-20261202-001', project: 'pages' };
const NOTHING = { tokens: 0, nanos: 0 };
const NOBODY = { isMetered: () => false, counted: () => NOTHING, passLimits: () => ({}) };

t.test('a price is the most exact row, in the currency of the owner', async (t) => {
  const { workspace } = spendingPlace(t.testdir(), {
    prices: [
      '| gpt-5 | - | 1.25 | 10 | 0.125 | - | 128000 | USD | 2026-11-01 |',
      '| gpt-5 | script | 1 | 4 | - | - | - | EUR | 2026-11-01 |',
      '| * | local-model | 0 | 0 | - | - | - | EUR | 2026-11-01 |',
      '| yen | - | 100 | 200 | - | - | - | JPY | 2026-11-01 |',
    ],
    rates: ['| EUR | 1 | - |', '| USD | 0.9 | 2026-11-01 |'],
  });
  const snapshot = workspace.snapshot();
  t.same(priceOf(snapshot, 'gpt-5', 'claude-code'), {
    input: 1_125_000_000,
    output: 9_000_000_000,
    cacheRead: 112_500_000,
    cacheWrite: 2_250_000_000,
    maxOutput: 128_000,
  });
  t.match(priceOf(snapshot, 'gpt-5', 'script'), { input: 1e9, output: 4e9, cacheRead: 1e9 });
  t.match(priceOf(snapshot, 'qwen3:4b', 'local-model'), { input: 0, output: 0, cacheWrite: 0 });
  t.equal(priceOf(snapshot, 'qwen3:4b', 'script'), undefined);
  t.equal(priceOf(snapshot, 'yen', 'script'), undefined, 'there is no rate for it');
});

t.test("without rates, the one currency of all prices is the owner's", async (t) => {
  const row = (model: string, currency: string): string =>
    `| ${model} | - | 1 | 2 | - | - | - | ${currency} | 2026-11-01 |`;
  const directory = t.testdir({ one: {}, two: {} });
  const one = spendingPlace(join(directory, 'one'), { prices: [row('a', 'USD'), row('b', 'USD')] });
  t.match(priceOf(one.workspace.snapshot(), 'b', 'script'), { input: 1e9 });
  const two = spendingPlace(join(directory, 'two'), { prices: [row('a', 'USD'), row('b', 'EUR')] });
  t.equal(priceOf(two.workspace.snapshot(), 'b', 'script'), undefined);
});

t.test('every limit applies: of the pass, of SPENDING.md, and of USER.md', async (t) => {
  const { workspace } = spendingPlace(t.testdir(), {
    limits: [
      '| month | - | 5000000 | 20.5 | - |',
      '| night | pages | - | 2 | - |',
      '| project | - | - | 100 | each |',
    ],
  });
  const spending = spendingOf({
    workspace,
    ...NOBODY,
    passLimits: () => ({ tokens: 400_000, cost: 0.3 }),
  });
  const none = { tokens: 0, nanos: 0 };
  t.same(spending.limits(PASS), [
    { scope: 'pass', tokens: 400_000, nanos: 300_000_000 },
    { scope: 'month', tokens: 5_000_000, nanos: 20_500_000_000, elsewhere: none },
    { scope: 'night', project: 'pages', nanos: 2_000_000_000, elsewhere: none },
    { scope: 'project', nanos: 100_000_000_000, elsewhere: none },
  ]);
  t.same(
    spending.limits({ runId: 'RUN-20261202-002', project: 'garden' }).map(({ scope }) => scope),
    ['pass', 'month', 'project'],
  );
});

t.test('only a signed page counts: an edit changes nothing until the owner signs it', async (t) => {
  const limited: SpendingRows = { limits: ['| night | - | 1000 | - | - |'] };
  const place = spendingPlace(t.testdir(), limited);
  const spending = spendingOf({ workspace: place.workspace, ...NOBODY });
  const most = (): number | undefined => {
    spending.look();
    return spending.limits(PASS)[1]?.tokens;
  };
  t.equal(most(), 1000);
  const raised = spendingPage({ limits: ['| night | - | 9000 | - | - |'] });
  writeFileSync(join(place.root, SPENDING), raised);
  t.equal(most(), 1000, 'the agent has changed the page');
  const other = spendingOf({ workspace: place.workspace, ...NOBODY });
  t.throws(() => other.limits(PASS), { code: 'GATE' }, 'a new meter has seen no signed page');
  writeFileSync(join(place.root, SPENDING), spendingPage(limited));
  signAnyway(place, SPENDING, raised);
  t.equal(most(), 9000);
});

t.test('what is allowed for one night is over when the next night begins', async (t) => {
  const place = spendingPlace(t.testdir(), { limits: ['| night | - | 1000 | - | - |'] });
  const zone = ownerZone(place.workspace.snapshot());
  const noon = instantIn(zone, '2026-12-03T12:00:00').getTime();
  const night = { scope: 'night', unit: 'tokens' as const, amount: 500, night: '2026-12-02' };
  const time = '2026-12-02T22:00:00Z';
  appendFileSync(
    join(place.root, 'audit/AUDIT-LOG.md'),
    `| 900 | ${time} | R | T1 | limit_raise | night | N-1 | ok | ${raiseText(night)} | worker | x |\n`,
  );
  const spending = spendingOf({ workspace: place.workspace, ...NOBODY });
  const most = (): number | undefined => {
    spending.look();
    return spending.limits(PASS)[1]?.tokens;
  };
  place.clock.time = new Date(noon - 1000);
  t.equal(most(), 1500);
  place.clock.time = new Date(noon + 1000);
  t.equal(most(), 1000);
});

t.test(
  'what judges used is in the ledger, and is not counted again when their pass has ended',
  async (t) => {
    const place = spendingPlace(t.testdir(), {
      limits: ['| night | - | 9000 | - | - |', '| pass | - | 700 | - | - |'],
    });
    const [judged, time] = ['RUN-20261202-001', '2026-12-02T21:00:00Z'];
    const log = join(place.root, 'audit/SESSION-REGISTRY.md');
    const row = logRow(readFileSync(log, 'utf8'), {
      ...{ run_id: judged, role: 'manager', runner: 'cloud', model: 'gpt-5', tokens_in: 1500 },
      ...{ tokens_out: 500, started: time, ended: time, integrity: 'pass', outcome: 'reviewed' },
      chain: 'x',
    });
    appendFileSync(log, row);
    const elsewhere = (tokens: number): number | undefined =>
      spendingOf({
        ...{ workspace: place.workspace, ...NOBODY },
        counted: (runId) => (runId === judged ? { tokens, nanos: 0 } : NOTHING),
      }).limits({ ...PASS, runId: 'RUN-20261202-002' })[1]?.elsewhere?.tokens;
    t.equal(elsewhere(0), 2000);
    t.equal(elsewhere(1200), 800);
    t.equal(elsewhere(2000), 0);
    const shared = spendingOf({ workspace: place.workspace, ...NOBODY }).limits(PASS);
    t.match(shared[2], { scope: 'pass', tokens: 700, isShared: true }, 'with its judges');
  },
);

const KEYED =
  '- **Kind:** chat\n- **Endpoint:** https://api.example.org/v1\n- **Api key env:** EXAMPLE_KEY\n';
const TIER = (cost: string): Readonly<Record<string, string>> => ({
  'orchestration-os/RUNNERS.md': runnersPage(KEYED),
  'MODEL-TIERS.md': tiersWith(`| idle | boxed | gpt-5 | 5 | 1000 | ${cost} | - | - |`).replace(
    /(?<=^\| (?:lightweight|standard|heavy) .*)\| [\d.]+ (?=\| [-\d]+ \| - \|$)/gm,
    '| - ',
  ),
});

t.test('doctor names prices that are missing, or older than 90 days', async (t) => {
  const directory = t.testdir({ a: {}, b: {}, c: {}, d: {}, e: {} });
  const row = (currency: string, day: string): string =>
    `| gpt-5 | - | 1 | 2 | - | - | - | ${currency} | ${day} |`;
  const told = (name: string, rows: SpendingRows, cost: string): readonly Observation[] =>
    priceProblems(spendingPlace(join(directory, name), rows, TIER(cost)).workspace.snapshot());
  t.match(told('a', {}, '-'), [
    { verdict: 'off', fact: /^no price for gpt-5 \(boxed\): what they/ },
  ]);
  const limited = { limits: ['| month | - | - | 9 | - |'], rates: ['| EUR | 1 | - |'] };
  t.match(told('b', { ...limited, prices: [row('USD', '2026-12-01')] }, '-'), [
    { verdict: 'broken', fact: /gpt-5 \(boxed, no rate for USD\): their calls are refused/ },
  ]);
  t.match(told('c', { ...limited, prices: [row('EUR', '2026-09-01')] }, '1'), [
    { verdict: 'broken', fact: 'prices older than 90 days: gpt-5 (2026-09-01)' },
  ]);
  t.match(told('d', { ...limited, prices: [row('EUR', '2026-12-01')] }, '1'), [
    { verdict: 'working', fact: '1 price, none older than 90 days' },
  ]);
  const both = {
    prices: [row('EUR', '2026-12-01')],
    rates: ['| EUR | 1 | - |', '| USD | 1 | - |'],
  };
  t.match(told('e', both, '1'), [
    { verdict: 'broken', fact: /^EUR and USD have the rate 1, .*: EUR counts$/ },
  ]);
});
