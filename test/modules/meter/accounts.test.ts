/** A call is reserved before it leaves, and settled on the safe side. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readLedger } from '../../../src/modules/meter/ledger/ledger.js';
import type { LedgerRow } from '../../../src/modules/meter/ledger/rows.js';
import { stop } from '../../../src/modules/meter/ledger/stopped.js';
import type { Limit, Outcome } from '../../../src/modules/meter/ledger/types.js';
import { ASK, CALL, ledgerPlace, PRICE } from './ledger-place.js';

const counted = (input: number, output: number): Outcome => ({
  kind: 'counted',
  usage: { input, output, cacheRead: 0, cacheWrite: 0 },
});
const passLimit = (limit: Partial<Limit>): Limit => ({ scope: 'pass', ...limit });

t.test('a call reserves its worst case, and counts with what the upstream counted', async (t) => {
  const place = ledgerPlace(t.testdir(), [passLimit({ nanos: 20_000_000 })]);
  const accounts = place.open();
  const call = accounts.reserve(CALL, ASK);
  t.match(call, { kind: 'reserved', maxOutput: 2000 });
  t.match(accounts.pass(CALL.runId), { tokens: 3000, nanos: 9_000_000, calls: 1 });
  if (call.kind !== 'reserved') return;
  t.same(accounts.settle(call.id, counted(900, 100)), {
    kind: 'counted',
    spent: { tokens: 1000, nanos: 1_300_000 },
  });
  t.match(accounts.pass(CALL.runId), { tokens: 1000, nanos: 1_300_000, calls: 1 });
  accounts.settle(call.id, { kind: 'unconfirmed' });
  t.match(accounts.pass(CALL.runId), { nanos: 1_300_000 }, 'a second time changes nothing');
  t.match(accounts.balances(CALL), [{ scope: 'pass', unit: 'nanos', used: 1_300_000 }]);
  accounts.close();
});

t.test(
  'parallel calls share what is left: the output limit is lowered, then refused',
  async (t) => {
    const place = ledgerPlace(t.testdir(), [passLimit({ tokens: 5500 })]);
    const accounts = place.open();
    t.match(accounts.reserve(CALL, ASK), { maxOutput: 2000 });
    t.match(accounts.reserve(CALL, ASK), { kind: 'reserved', maxOutput: 1500 });
    t.match(accounts.reserve(CALL, { ...ASK, inputTokens: 0, maxOutput: 1 }), {
      kind: 'refused',
      scope: 'pass',
      unit: 'tokens',
      limit: 5500,
      used: 5500,
      needed: 1,
    });
    const rows: LedgerRow[] = [];
    readLedger(place.directory, (row) => rows.push(row));
    t.match(rows[1], { maxOutput: 1500, asked: 2000 }, 'the ledger says what was asked for');
    accounts.close();
  },
);

t.test("the owner's limit of a pass counts its worker and its judges together", async (t) => {
  const place = ledgerPlace(t.testdir(), [
    passLimit({ tokens: 4000 }),
    passLimit({ tokens: 5000, isShared: true }),
  ]);
  const judge = { ...CALL, runId: `${CALL.runId}.grader` };
  let accounts = place.open();
  t.match(accounts.reserve(CALL, ASK), { kind: 'reserved', maxOutput: 2000 });
  accounts.close();
  accounts = place.open();
  t.match(accounts.run(CALL.runId), { tokens: 3000 }, 'also after a restart');
  t.match(accounts.reserve(judge, { ...ASK, smallest: 1 }), { kind: 'reserved', maxOutput: 1000 });
  t.match(accounts.reserve(judge, ASK), { kind: 'refused', limit: 5000, used: 5000 });
  t.match(accounts.reserve({ ...CALL, runId: 'RUN-20261121-002' }, ASK), { kind: 'reserved' });
  accounts.close();
});

t.test('a model without a price is refused where money is limited, and only there', async (t) => {
  const place = ledgerPlace(t.testdir(), [{ scope: 'month', nanos: 1 }]);
  const accounts = place.open();
  const ask = { ...ASK, price: undefined };
  t.match(accounts.reserve(CALL, ask), { kind: 'refused', scope: 'unpriced', model: 'gpt-5' });
  place.limits = [{ scope: 'night', tokens: 10_000 }];
  const call = accounts.reserve(CALL, ask);
  if (call.kind === 'reserved') accounts.settle(call.id, counted(900, 100));
  t.match(accounts.pass(CALL.runId), { tokens: 1000, unpriced: 1000 });
  accounts.close();
});

t.test('each limit counts its own calls', async (t) => {
  const place = ledgerPlace(t.testdir());
  const accounts = place.open();
  accounts.reserve(CALL, ASK);
  accounts.reserve({ ...CALL, runId: 'RUN-20261121-002', project: 'garden' }, ASK);
  const used = (limit: Limit, project = 'inventory'): number | undefined => {
    place.limits = [{ ...limit, tokens: 100_000 }];
    return accounts.balances({ runId: 'RUN-20261121-001', project })[0]?.used;
  };
  t.equal(used({ scope: 'pass' }), 3000);
  t.equal(used({ scope: 'project' }), 3000);
  t.equal(used({ scope: 'night' }), 6000);
  t.equal(used({ scope: 'night', project: 'garden' }), 3000);
  t.equal(used({ scope: 'month', elsewhere: { tokens: 7, nanos: 0 } }), 6007);
  place.now = new Date('2026-11-22T12:00:00Z');
  t.equal(used({ scope: 'night' }), 0, 'after noon in Berlin it is another night');
  t.equal(used({ scope: 'month' }), 6000);
  place.now = new Date('2026-11-30T23:30:00Z');
  t.equal(used({ scope: 'month' }), 0, 'in Berlin it is December');
  t.equal(used({ scope: 'project' }), 3000);
  accounts.close();
});

t.test('what the upstream counts beyond the reservation is counted, and named', async (t) => {
  const accounts = ledgerPlace(t.testdir()).open();
  const call = accounts.reserve(CALL, ASK);
  if (call.kind !== 'reserved') return;
  t.same(accounts.settle(call.id, counted(1000, 2001)), {
    kind: 'counted',
    spent: { tokens: 3001, nanos: 9_004_000 },
    over: { tokens: 1, nanos: 4000 },
  });
  t.match(accounts.pass(CALL.runId).overcharged, { tokens: 1, nanos: 4000 });
  accounts.close();
});

t.test('usage that cannot be true is not confirmed, and what was reserved counts', async (t) => {
  const accounts = ledgerPlace(t.testdir()).open();
  for (const output of [-1, 0.5, Number.NaN, 1e15]) {
    const call = accounts.reserve(CALL, ASK);
    if (call.kind === 'reserved')
      t.match(accounts.settle(call.id, counted(1000, output)), { kind: 'unconfirmed' });
  }
  t.match(accounts.pass(CALL.runId), { tokens: 12_000, unconfirmed: { tokens: 12_000 } });
  accounts.close();
});

t.test('a request that never left costs nothing', async (t) => {
  const accounts = ledgerPlace(t.testdir()).open();
  const call = accounts.reserve(CALL, ASK);
  if (call.kind === 'reserved') accounts.settle(call.id, { kind: 'not-sent' });
  t.match(accounts.pass(CALL.runId), { tokens: 0, nanos: 0, calls: 1 });
  accounts.close();
});

t.test('after a crash, a call without a settlement counts in full', async (t) => {
  const place = ledgerPlace(t.testdir());
  place.open().reserve(CALL, ASK);
  const ledger = join(place.directory, 'ledger.jsonl');
  appendFileSync(ledger, '{"kind":"settle","id":"CALL-1","ti');
  const accounts = place.open();
  t.match(accounts.pass(CALL.runId), { nanos: 9_000_000, unconfirmed: { nanos: 9_000_000 } });
  t.match(accounts.reserve(CALL, { ...ASK, price: PRICE }), { id: 'CALL-3' });
  accounts.close();
  t.equal(readLedger(place.directory, () => undefined).rows, 3);
});

t.test('a ledger that another program has changed is refused', async (t) => {
  const place = ledgerPlace(t.testdir());
  const accounts = place.open();
  for (let i = 0; i < 3; i++) accounts.reserve(CALL, ASK);
  accounts.close();
  const ledger = join(place.directory, 'ledger.jsonl');
  writeFileSync(ledger, readFileSync(ledger, 'utf8').replace('"tokens":3000', '"tokens":2000'));
  t.throws(() => place.open(), { code: 'GATE', place: { line: 1 } });
});

t.test('the owner stops every call', async (t) => {
  const place = ledgerPlace(t.testdir());
  const accounts = place.open();
  stop(place.directory, { since: '2026-11-21T22:00:00Z', until: '2026-11-21T23:30:00Z' });
  t.match(accounts.reserve(CALL, ASK), { kind: 'refused', scope: 'stopped' });
  place.now = new Date('2026-11-21T23:30:00Z');
  t.match(accounts.reserve(CALL, ASK), { kind: 'reserved' }, 'until the next day');
  accounts.close();
});

t.test('an output limit that no model has leaves a ledger that can be read again', async (t) => {
  const place = ledgerPlace(t.testdir());
  const first = place.open();
  const ask = { ...ASK, maxOutput: Number.MAX_SAFE_INTEGER, choices: 1000 };
  t.match(first.reserve(CALL, ask), { kind: 'reserved' });
  first.close();
  const second = place.open();
  t.match(second.pass(CALL.runId), { calls: 1 });
  second.close();
});

const rowsOf = (accounts: ReturnType<ReturnType<typeof ledgerPlace>['open']>): void => {
  for (let i = 0; i < 501; i++) {
    const call = accounts.reserve(CALL, ASK);
    if (call.kind === 'reserved') accounts.settle(call.id, { kind: 'not-sent' });
  }
};

t.test('after a ledger is moved away, a new one begins', async (t) => {
  const place = ledgerPlace(t.testdir());
  const first = place.open();
  rowsOf(first);
  first.close();
  t.ok(existsSync(join(place.directory, 'checkpoint.json')));
  renameSync(join(place.directory, 'ledger.jsonl'), join(place.directory, 'old.jsonl'));
  const second = place.open();
  t.equal(second.place.rows, 0);
  second.close();
});

t.test('a checkpoint that cannot be written keeps no call from leaving', async (t) => {
  const place = ledgerPlace(t.testdir());
  const accounts = place.open();
  mkdirSync(join(place.directory, 'checkpoint.json'));
  t.doesNotThrow(() => rowsOf(accounts));
  accounts.close();
});
