/** `nocturne spend`: by day, project, model and pass, with what is uncertain shown apart. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { type Accounts, openAccounts } from '../../../src/modules/meter/ledger/accounts.js';
import type { Outcome, Reserved } from '../../../src/modules/meter/ledger/types.js';
import { NOT_ENFORCED, SPENDING } from '../../../src/passes/spending-row.js';
import { meterDirectory } from '../../../src/modules/meter/live-meter.js';
import { callCommand, callForText } from '../../surfaces/cli/run-cli.js';
import { module } from '../../../src/modules/meter/module.js';
import { fixedClock } from '../../../src/kernel/clock.js';
import { ASK, CALL } from './ledger-place.js';
import { SPENDING as SPENDING_PAGE, type SpendingPlace, spendingPlace } from './spending-place.js';

t.setTimeout(180_000);

const PRICES = ['| gpt-5 | - | 1 | 4 | - | - | - | EUR | 2026-11-01 |'];
const counted = (input: number, output: number): Outcome => ({
  kind: 'counted',
  usage: { input, output, cacheRead: 0, cacheWrite: 0 },
});

type Spent = {
  readonly at: string;
  readonly outcome?: Outcome;
  readonly project?: string;
  readonly model?: string;
  readonly runId?: string;
  readonly isFree?: boolean;
};

function open(place: SpendingPlace): Accounts {
  return openAccounts({
    directory: meterDirectory(place.workspace.state),
    clock: place.workspace.clock,
    zone: () => 'UTC',
    limits: () => [],
  });
}

function firstCall(place: SpendingPlace): Reserved {
  const accounts = open(place);
  try {
    return accounts.reserve(CALL, ASK);
  } finally {
    accounts.close();
  }
}

t.test('limits that cannot work are named with their line', async (t) => {
  const place = spendingPlace(t.testdir(), {
    limits: ['| night | - | 1,000 | 0.01 | - |', '| month | pages | - | 20 | - |'],
  });
  const { text } = await callCommand(place, ['spend']);
  t.match(text, /SPENDING\.md:\d+: `1,000` is not a number, so this limit counts as 0/);
  t.match(
    text,
    /SPENDING\.md:\d+: with 0\.0100, no pass can begin: lightweight, the cheapest tier/,
  );
  const doctor = await callForText(place, ['doctor']);
  t.match(doctor.text, /with 0\.0100, no pass can begin/);
});

/** A pass on record whose runner logs in by itself. */
function withoutMeter({ workspace, clock }: SpendingPlace): void {
  clock.time = new Date('2026-11-21T20:00:00Z');
  const runId = 'RUN-20261121-009';
  const fields = {
    ...{ run_id: runId, role: 'worker', runner: 'claude-code', model: 'opus', project: 'pages' },
    ...{ tokens_in: 500, tokens_out: 200, cost: 0.4, integrity: 'pass', outcome: 'STRONG' },
    ...{ started: '2026-11-21T20:00:00Z', ended: '2026-11-21T20:10:00Z' },
  };
  workspace.commit({
    actor: { kind: 'nocturne', name: 'test' },
    runId,
    reason: 'a pass',
    changes: [{ kind: 'append', object: 'RUN', fields }],
    audit: [
      {
        ...{ step: 'T9', type: SPENDING, target: runId, authorisation: '' },
        ...{ result: NOT_ENFORCED, detail: '' },
      },
    ],
  });
}

/** Calls that reserve 3,000 tokens and 0.009 EUR each. */
function spendAll(place: SpendingPlace, calls: readonly Spent[]): void {
  const accounts = open(place);
  for (const { at, outcome, isFree = false, ...named } of calls) {
    place.clock.time = new Date(at);
    const ask = isFree ? { ...ASK, price: undefined } : ASK;
    const call = accounts.reserve({ ...CALL, project: 'pages', ...named }, ask);
    if (call.kind === 'reserved' && outcome !== undefined) accounts.settle(call.id, outcome);
  }
  accounts.close();
}

const CALLS: readonly Spent[] = [
  { at: '2026-10-30T23:00:00Z', outcome: counted(1000, 2000) },
  { at: '2026-11-20T23:00:00Z', outcome: counted(1000, 500) },
  { at: '2026-11-21T23:00:00Z', outcome: counted(1000, 3000), runId: 'RUN-20261121-002' },
  { at: '2026-11-21T23:30:00Z', outcome: { kind: 'unconfirmed' }, project: 'garden' },
  { at: '2026-11-22T01:00:00Z', outcome: counted(10, 20), model: 'qwen', isFree: true },
  { at: '2026-11-22T02:00:00Z', runId: 'RUN-20261121-002.grader' },
];

t.test('the month in sums, each uncertain part named, and the limits as they are', async (t) => {
  const place = spendingPlace(t.testdir(), {
    prices: PRICES,
    limits: ['| month | - | - | 0.05 | - |', '| project | pages | 100000 | - | - |'],
  });
  spendAll(place, CALLS);
  withoutMeter(place);
  const clock = fixedClock('2026-11-22T10:00:00Z');
  const spend = (...words: string[]) => callCommand(place, ['spend', ...words], { clock });
  const { text } = await spend();
  t.match(text, /^2026-11-01 to 2026-11-22 \(UTC\): 0\.0340 EUR, 11,530 tokens in 5 calls\.$/m);
  t.match(text, /^Running calls have reserved 0\.0090 EUR of it\.$/m);
  t.match(text, /^Unconfirmed: 0\.0090 EUR of it/m);
  t.match(
    text,
    /^Overcharged: gpt \(gpt-5\) counted 0\.0040 EUR more than its calls could need\.$/m,
  );
  t.match(text, /^Cost unknown: 30 tokens of models without a price\.$/m);
  t.match(text, /^Not enforced: 0\.40 and 700 tokens in addition, as 1 pass without the meter/m);
  t.match(text, /^EUR by day, 2026-11-01 to 2026-11-22\n +0\.0220 ┼/m);
  t.match(text, /^pages +4 +8,530 +0\.0250 +0\.00 +0\.0040$/m);
  t.match(text, /^ {2}month: 0\.4340 of 0\.0500 EUR$/m, 'a limit counts what no meter saw, too');
  t.match(text, /^ {2}pages: 12,230 of 100,000 tokens$/m);
  const { json } = await spend('--since', '2026-10-01');
  t.match(json, {
    currency: 'EUR',
    total: { calls: 6, tokens: 14_530, cost: 0.043, unconfirmed: { cost: 0.009 } },
    pass: [
      { name: 'RUN-20261121-001', calls: 4 },
      { name: 'RUN-20261121-002', calls: 2 },
    ],
    notEnforced: { passes: 1, tokens: 700, cost: 0.4 },
    ledger: { rows: 11 },
  });
  const page = await callCommand(place, ['briefing'], { clock });
  t.match(page.text, /^\*\*Cost\.\*\* 500 tokens read, 200 written, cost 0\.40 EUR, /m);
  t.match(page.text, /Unconfirmed: 0\.0090 EUR of it.* Overcharged: gpt \(gpt-5\) counted 0\.0040/);
  t.match((await spend('--by', 'day')).text, /^2026-11-21 +2 +7,000 +0\.0220/m);
  t.match(await spend('--since', 'yesterday'), { exit: 2 });
});

/** A metered pass on record, whose row names where the ledger ends. */
function withMeter({ workspace }: SpendingPlace, runId: string): void {
  const { state } = workspace;
  const detail = module.named?.({ snapshot: workspace.snapshot(), state }) ?? '';
  workspace.commit({
    actor: { kind: 'nocturne', name: 'test' },
    runId,
    reason: 'a pass',
    changes: [],
    audit: [{ step: 'T9', type: SPENDING, target: runId, authorisation: '', result: 'ok', detail }],
  });
}

t.test('rows cut off the end of the ledger, or all of them, are noticed', async (t) => {
  const place = spendingPlace(t.testdir(), { prices: PRICES });
  const clock = fixedClock('2026-11-22T10:00:00Z');
  const call = (...words: string[]) => callCommand(place, words, { clock });
  spendAll(place, CALLS.slice(1, 2));
  withMeter(place, 'RUN-20261121-001');
  spendAll(place, CALLS.slice(2, 3));
  withMeter(place, 'RUN-20261121-002');
  t.match(await call('spend'), { json: { ledger: { rows: 4, lost: [] } } });
  t.notMatch((await call('doctor')).text, /no longer has/);
  const ledger = join(meterDirectory(place.workspace.state), 'ledger.jsonl');
  const rows = readFileSync(ledger, 'utf8').split('\n');
  writeFileSync(ledger, `${rows.slice(0, 2).join('\n')}\n`);
  const cut = await call('spend');
  t.match(cut, { json: { ledger: { rows: 2, lost: ['RUN-20261121-002'] } } });
  t.match(cut.text, /^Incomplete: .* when 1 pass ended, the last of them RUN-20261121-002\. /m);
  t.match((await call('doctor')).text, /no longer has the rows that it had when RUN-20261121-002/);
  t.match((await call('briefing')).text, /Incomplete: the ledger/);
  t.match(await call('status'), { text: /No call to a model can leave: .*RUN-20261121-002 ended/ });
  rmSync(ledger);
  const both = ['RUN-20261121-002', 'RUN-20261121-001'];
  t.match(await call('spend'), { json: { ledger: { rows: 0, lost: both } } });
  spendAll(place, CALLS.slice(3, 5));
  t.match(await call('spend'), { json: { ledger: { rows: 4, lost: both } } }, 'also by others');
  withMeter(place, 'RUN-20261122-001');
  t.match((await call('doctor')).text, /no longer has the rows/, 'a later pass does not hide it');
});

t.test('what is left of a ledger counts after the owner has accepted it', async (t) => {
  const place = spendingPlace(t.testdir(), {
    prices: PRICES,
    limits: ['| month | - | - | 1 | - |'],
  });
  const clock = fixedClock('2026-11-22T10:00:00Z');
  const call = (...words: string[]) => callCommand(place, words, { clock });
  t.match(await call('spend', 'accept', '--yes'), { exit: 0, json: { accepted: false } });
  spendAll(place, CALLS.slice(1, 2));
  withMeter(place, 'RUN-20261121-001');
  rmSync(join(meterDirectory(place.workspace.state), 'ledger.jsonl'));
  t.match(stopsSpending(place), /no longer has the rows that it had when RUN-20261121-001 ended/);
  t.match(await call('spend', 'accept'), { exit: 5, json: { accepted: false, rows: 0 } });
  t.match((await call('doctor')).text, /nocturne spend accept/);
  const inPass = { clock, env: { NOCTURNE_RUN: 'RUN-20261122-001' } };
  t.match(await callCommand(place, ['spend', 'accept', '--yes'], inPass), { exit: 5 });
  t.match(stopsSpending(place), /no longer has/);
  t.match(await call('spend', 'accept', '--yes'), { exit: 0, json: { accepted: true, rows: 0 } });
  t.equal(stopsSpending(place), undefined);
  t.notMatch((await call('status')).text, /No call to a model can leave/);
  t.notMatch((await call('doctor')).text, /no longer has/);
  spendAll(place, CALLS.slice(2, 3));
  t.equal(stopsSpending(place), undefined, 'rows after the accepted ones');
  withMeter(place, 'RUN-20261121-002');
  const lost = ['RUN-20261121-001'];
  t.match(await call('spend'), { json: { ledger: { rows: 2, lost } } }, 'its sums are incomplete');
  rmSync(join(meterDirectory(place.workspace.state), 'ledger.jsonl'));
  t.match(stopsSpending(place), /RUN-20261121-002/, 'a second loss is noticed too');
});

function stopsSpending({ workspace }: SpendingPlace): string | undefined {
  return module.stopsSpending?.({ snapshot: workspace.snapshot(), state: workspace.state });
}

t.test('limits that are not as signed are shown as such', async (t) => {
  const place = spendingPlace(t.testdir(), {
    prices: PRICES,
    limits: ['| month | - | - | 5 | - |'],
  });
  const clock = fixedClock('2026-11-22T10:00:00Z');
  const spend = () => callCommand(place, ['spend'], { clock });
  t.match(await spend(), { text: /^2026-11-01 to/, json: { unsigned: null } });
  const page = join(place.root, SPENDING_PAGE);
  writeFileSync(page, readFileSync(page, 'utf8').replace('| 5 |', '| 500 |'));
  const { text } = await spend();
  t.match(text, /^orchestration-os\/SPENDING\.md is not as you signed it, so the meter does not/);
  t.match(text, /^ {2}month: 0\.00 of 500\.00 EUR$/m);
});

t.test('the owner stops every call until the next day, and resumes', async (t) => {
  const place = spendingPlace(t.testdir(), { prices: PRICES });
  const clock = fixedClock('2026-11-22T10:00:00Z');
  const call = (...words: string[]) => callCommand(place, words, { clock });
  t.match(await call('spend'), { exit: 0, text: /0\.00 EUR, 0 tokens in 0 calls/ });
  t.match(await call('spend', 'stop'), { exit: 0, json: { until: '2026-11-23T00:00:00Z' } });
  t.match((await call('spend')).text, /^You stopped all spending until 2026-11-23 00:00;/);
  t.match(await call('status'), {
    text: /You stopped all spending until 2026-11-23 00:00;/,
    json: { modules: { meter: { stopped: { until: '2026-11-23T00:00:00Z' } } } },
  });
  place.clock.time = new Date('2026-11-22T23:59:59Z');
  t.match(firstCall(place), { kind: 'refused', scope: 'stopped' });
  t.match(await call('spend', 'resume'), { json: { wasStopped: true } });
  t.match(firstCall(place), { kind: 'reserved' });
  t.match(await call('spend', 'resume'), { json: { wasStopped: false } });
  const inPass = { clock, env: { NOCTURNE_RUN: 'RUN-20261122-001' } };
  t.match(await callCommand(place, ['spend', 'resume'], inPass), { exit: 5 });
});
