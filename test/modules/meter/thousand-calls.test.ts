/**
 * 1,000 calls of eight runners side by side, with usage that is missing, late or false, and a ledger
 * that is killed in the middle of its file calls again and again.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { openAccounts } from '../../../src/modules/meter/ledger/accounts.js';
import { readLedger } from '../../../src/modules/meter/ledger/ledger.js';
import { costOf, tokensOf } from '../../../src/modules/meter/ledger/money.js';
import type { ReserveRow, SettleRow } from '../../../src/modules/meter/ledger/rows.js';
import type { Counted, Limit, Spend } from '../../../src/modules/meter/ledger/types.js';
import { spendSums } from '../../../src/modules/meter/report/spend-sums.js';
import { type Charged, PRICES, runTask, type Task, timeOf } from './runners-child.js';
import { childProgram } from '../../support/child-program.js';

t.setTimeout(300_000);

const CALLS = 1000;
const CHILD = childProgram('./runners-child.js', import.meta.url);
const LIMITS: readonly Limit[] = [
  { scope: 'pass', tokens: 600_000, nanos: 1_500_000_000 },
  { scope: 'project', nanos: 14_000_000_000 },
  { scope: 'night', tokens: 9_000_000, nanos: 13_000_000_000 },
  { scope: 'night', project: 'project-1', nanos: 3_500_000_000 },
  { scope: 'month', nanos: 24_000_000_000 },
];

/** Until all calls are made. @returns how often the process was killed. */
function makeCalls(task: Omit<Task, 'from' | 'dieAt'>): number {
  mkdirSync(task.directory, { recursive: true });
  let kills = 0;
  for (let from = 1; from <= CALLS; ) {
    const dieAt = 3 + ((kills * 97 + task.seed * 11) % 450);
    const words = [CHILD, JSON.stringify({ ...task, from, dieAt })];
    const { signal, status, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
    if (status === 0) break;
    if (signal !== 'SIGKILL') throw new Error(stderr);
    kills++;
    const progress = join(task.directory, 'progress');
    if (existsSync(progress)) from = Number(readFileSync(progress, 'utf8')) + 1;
  }
  return kills;
}

type Call = {
  readonly reserved: ReserveRow;
  settled?: SettleRow;
  charged?: Spend;
  usage?: Counted;
};

/** The ledger and the upstream side by side. A restart settles what was open. */
function callsOf(directory: string): readonly Call[] {
  openAccounts({
    directory,
    clock: { now: () => timeOf(CALLS) },
    zone: () => 'UTC',
    limits: () => [],
  }).close();
  const calls = new Map<string, Call>();
  readLedger(directory, (row) => {
    if (row.kind === 'reserve') calls.set(row.id, { reserved: row });
    else Object.assign(calls.get(row.id) ?? {}, { settled: row });
  });
  const lines = readFileSync(join(directory, 'upstream.jsonl'), 'utf8').trimEnd().split('\n');
  for (const line of lines) {
    const { id, usage, model } = JSON.parse(line) as Charged;
    const call = calls.get(id);
    const price = PRICES[model];
    if (call === undefined || price === undefined) throw new Error(`${id} was never reserved`);
    call.usage = usage;
    call.charged = { tokens: tokensOf(usage), nanos: costOf(price, usage) };
  }
  return [...calls.values()];
}

function sum(calls: readonly Call[], of: (call: Call) => Spend | undefined): Spend {
  return calls.reduce(
    (all, call) => {
      const spend = of(call);
      return {
        tokens: all.tokens + (spend?.tokens ?? 0),
        nanos: all.nanos + (spend?.nanos ?? 0),
      };
    },
    { tokens: 0, nanos: 0 },
  );
}

const settled = ({ settled: row }: Call): Spend => ({
  tokens: row?.tokens ?? 0,
  nanos: row?.nanos ?? 0,
});
const charged = (call: Call): Spend | undefined => call.charged;

/** What the upstream counted beyond the output limit. */
function beyond({ reserved, usage }: Call): Spend {
  const tokens = Math.max(0, (usage?.output ?? 0) - reserved.maxOutput * (reserved.choices ?? 1));
  const price = PRICES[reserved.model];
  return { tokens, nanos: price === undefined ? 0 : Math.ceil((tokens * price.output) / 1e6) };
}

/** By the account of each limit. */
function accountsOf(calls: readonly Call[], limit: Limit): readonly (readonly Call[])[] {
  const accounts = new Map<string, Call[]>();
  for (const call of calls) {
    const { runId, project, night, month } = call.reserved;
    if (limit.project !== undefined && limit.project !== project) continue;
    const key = { pass: runId, project, night, month }[limit.scope];
    accounts.set(key, [...(accounts.get(key) ?? []), call]);
  }
  return [...accounts.values()];
}

t.test('nothing that was spent is above a limit, whatever happens', async (t) => {
  const seed = 1;
  const directory = join(t.testdir(), 'meter');
  const kills = makeCalls({ directory, seed, to: CALLS, limits: LIMITS, overcharges: false });
  t.ok(kills > 9, `killed ${kills} times`);
  const calls = callsOf(directory);
  t.ok(calls.length > 300, `${calls.length} calls were allowed`);
  let full = 0;
  for (const limit of LIMITS)
    for (const account of accountsOf(calls, limit)) {
      const [spent, booked] = [sum(account, charged), sum(account, settled)];
      for (const unit of ['tokens', 'nanos'] as const) {
        const most = limit[unit] ?? Number.POSITIVE_INFINITY;
        const name = `${limit.scope} ${limit.project ?? ''} ${unit}`;
        if (spent[unit] > most) t.fail(`${name}: ${spent[unit]} was spent, of ${most}`);
        if (booked[unit] < spent[unit])
          t.fail(`${name}: ${booked[unit]} is booked of ${spent[unit]}`);
        if (booked[unit] > most * 0.9) full++;
      }
    }
  t.ok(full > 5, `${full} accounts came near their limit`);
  const counted = calls.filter((call) => call.settled?.how === 'counted');
  t.same(sum(counted, settled), sum(counted, charged), 'where usage arrived, nothing differs');
  for (const call of calls)
    if (call.settled?.how === 'not-sent' && call.charged !== undefined)
      t.fail(`${call.reserved.id} was sent`);
  const { add, sums } = spendSums({ since: '', dayOf: (time) => time.slice(0, 10) });
  readLedger(directory, add);
  const { total, overchargedBy } = sums();
  const others = calls.filter((call) => call.settled?.how === 'unconfirmed');
  t.same(total.unconfirmed, sum(others, settled), 'the rest is shown as unconfirmed');
  t.same(
    [total.nanos - total.unconfirmed.nanos, total.running.nanos, overchargedBy.size],
    [sum(counted, charged).nanos, 0, 0],
  );
});

t.test('an upstream that counts more than it was allowed is found and named', async (t) => {
  const directory = join(t.testdir(), 'meter');
  mkdirSync(directory);
  const to = 300;
  runTask({ directory, seed: 4, from: 1, to, dieAt: 0, limits: LIMITS, overcharges: true });
  const calls = callsOf(directory);
  const { add, sums } = spendSums({ since: '', dayOf: (time) => time.slice(0, 10) });
  readLedger(directory, add);
  const over = calls.filter((call) => call.settled?.over !== undefined);
  t.ok(over.length > 3);
  t.same(
    new Set(sums().overchargedBy.keys()),
    new Set(over.map(({ reserved }) => `${reserved.runner} (${reserved.model})`)),
  );
  t.equal(sums().total.overcharged.tokens, sum(over, beyond).tokens);
  t.equal(sums().total.overcharged.nanos, sum(over, beyond).nanos);
  const counted = calls.filter((call) => call.settled?.how === 'counted');
  t.same(sum(counted, settled), sum(counted, charged), 'what it counted is what is booked');
});
