import t from 'tap';
import { accountOf, openGrant } from '../../../../src/modules/meter/grant.js';
import type { ReserveRow, SettleRow } from '../../../../src/modules/meter/ledger/rows.js';
import { openAccounts } from '../../../../src/modules/meter/ledger/accounts.js';
import { meterDirectory } from '../../../../src/modules/meter/live-meter.js';
import { randomFrom } from '../../../../simulator/random.js';
import { makeWorkspace } from '../../../support/make-workspace.js';
import { SPENDING, spendingPage } from '../spending-place.js';
import { type MeterProcess, startMeter } from './meter-process.js';
import { KEY, ledgerRows } from './running-meter.js';
import {
  type Answering,
  begin,
  chatEvents,
  eventText,
  events,
  json,
  openaiUsage,
  type Script,
  testUpstream,
  type Usage,
  wholeChat,
} from './upstream.js';

t.setTimeout(500_000);
const SEED = Number(process.env['SEED'] ?? 1);
const CALLS = 1000;
const CLIENTS = 8;
const KILL_EVERY = 160;
/** Most of the calls fit. */
const LIMIT_TOKENS = 560_000;
const PRICE = 2;
const LIMIT_COST = 1.1;
const PAGE = spendingPage({
  prices: [`| small | - | ${PRICE} | ${PRICE} | - | - | - | EUR | 2026-11-01 |`],
  limits: [`| month | - | - | ${LIMIT_COST} | - |`],
});

/** What the endpoint really used, by the number of the call, which is also in its input. */
type Truth = Map<number, Usage>;
const FIRST_INPUT = 100;

/** Answers late, wrongly, half or not at all, and counts all the same. */
function faulty(truth: Truth, random: () => number): Script {
  return async ({ seen, response, usage: { output } }) => {
    const [, number] = /call-(\d+)/.exec(seen.text) ?? [];
    const call = Number(number);
    const usage = { input: FIRST_INPUT + call, output };
    const isRefused = random() < 0.05;
    truth.set(call, isRefused ? { input: 0, output: 0 } : usage);
    if (isRefused) {
      json(response, { error: { message: 'slow down' } }, 429);
      return true;
    }
    if (random() < 0.1) await new Promise((resolve) => setTimeout(resolve, random() * 60));
    const fault = random();
    const answering = { seen, response, usage };
    if (fault < 0.05) json(response, { error: { message: 'broken' } }, 500);
    else if (fault < 0.1) response.destroy();
    else if (seen.body['stream'] === true) stream(answering, fault);
    else whole(answering, fault);
    return true;
  };
}

function whole(answering: Answering, fault: number): void {
  const answer = wholeChat(answering);
  if (fault < 0.15) json(answering.response, { ...answer, usage: undefined });
  else if (fault < 0.2)
    json(answering.response, { ...answer, usage: openaiUsage({ input: -1, output: -1 }) });
  else json(answering.response, answer);
}

function stream(answering: Answering, fault: number): void {
  const { response } = answering;
  const list = chatEvents(answering);
  if (fault >= 0.25) return events(response, list);
  begin(response);
  const sent =
    fault < 0.2 ? list.filter((event) => !eventText(event).includes('"usage"')) : list.slice(0, 5);
  for (const event of sent) response.write(eventText(event));
  if (fault < 0.2) response.end();
  else response.destroy();
}

/** @returns the status; 0: cut, 'down': the meter was not there. */
async function ask(
  port: number,
  {
    token,
    call,
    isStream,
    patience,
  }: { token: string; call: number; isStream: boolean; patience: number },
): Promise<number | 'down'> {
  const messages = [{ role: 'user', content: `call-${call}` }];
  try {
    const response = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify({ model: 'small', messages, stream: isStream, max_tokens: 40 }),
      ...(patience < 1 ? { signal: AbortSignal.timeout(Math.ceil(patience * 40)) } : {}),
    });
    await response.text();
    return response.status;
  } catch (error) {
    const { code } = (error as { cause?: { code?: string } }).cause ?? {};
    return code === 'ECONNREFUSED' ? 'down' : 0;
  }
}

t.test(
  '1,000 calls of 8 clients never cost more than the limit, wherever the meter dies',
  async (t) => {
    const random = randomFrom(SEED).next;
    const truth: Truth = new Map();
    const upstream = await testUpstream(faulty(truth, random));
    t.teardown(() => upstream.close());
    const made = makeWorkspace(t.testdir(), {
      at: new Date().toISOString(),
      files: { [SPENDING]: PAGE },
    });
    const { state } = made.workspace;
    const { token, grant } = openGrant(state, {
      ...{ runId: 'RUN-20261121-001', project: 'pages', runner: 'cloud', use: 'worker' },
      ...{ endpoint: upstream.endpoint, apiKeyEnv: 'OWNER_KEY', opened: '2026-11-21T01:30:00Z' },
      limits: { tokens: LIMIT_TOKENS },
    });
    let meter: MeterProcess = await startMeter(made, { OWNER_KEY: KEY });
    t.teardown(() => meter.end('SIGKILL'));
    let next = 0;
    let dead: Promise<void> | undefined;
    const statuses = new Map<number, number>();
    const kill = async (): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, random() * 20));
      await meter.end('SIGKILL');
      meter = await startMeter(made, { OWNER_KEY: KEY });
    };
    const client = async (): Promise<void> => {
      while (next < CALLS) {
        next += 1;
        const call = next;
        if (call % KILL_EVERY === 0) dead = kill();
        const asked = { token, call, isStream: random() < 0.5, patience: random() * 8 };
        let status = await ask(meter.port, asked);
        while (status === 'down') {
          await dead;
          status = await ask(meter.port, asked);
        }
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
    await dead;
    await meter.end('SIGKILL');

    const used = [...truth.values()].reduce((sum, { input, output }) => sum + input + output, 0);
    const accounts = openAccounts({
      ...{ directory: meterDirectory(state), clock: made.workspace.clock },
      zone: () => 'UTC',
      limits: () => [{ scope: 'pass', tokens: LIMIT_TOKENS }],
    });
    const { tokens, nanos, unconfirmed, overcharged } = accounts.pass(accountOf(grant));
    accounts.close();
    t.comment(
      `seed ${SEED}: ${[...statuses].map(([status, count]) => `${status}: ${count}`).join(', ')}`,
    );
    t.comment(
      `the endpoint used ${used} tokens, the ledger has ${tokens}, of which ${unconfirmed.tokens} unconfirmed`,
    );
    t.ok(tokens <= LIMIT_TOKENS, 'the limit on tokens holds');
    t.ok(nanos <= LIMIT_COST * 1e9, 'the limit on cost holds');
    t.ok(used <= tokens, 'the ledger is never below what was used');
    t.same(overcharged, { tokens: 0, nanos: 0 });
    t.ok((statuses.get(402) ?? 0) > 0, 'the limit was reached');

    const rows = ledgerRows(state);
    const reserves = rows.filter((row): row is ReserveRow => row.kind === 'reserve');
    const settled = rows.filter((row): row is SettleRow => row.kind === 'settle');
    t.equal(settled.length, reserves.length, 'every call is settled once');
    const confirmed = settled.filter(({ how, input = 0 }) => how === 'counted' && input > 0);
    const wrong = confirmed.filter(
      ({ input = 0, output }) => truth.get(input - FIRST_INPUT)?.output !== output,
    );
    t.same(wrong, [], 'what was counted is what the endpoint counted');
    const inputs = new Set(confirmed.map(({ input }) => input));
    t.equal(inputs.size, confirmed.length, 'and each call once');
    t.ok(confirmed.length > 300, `${confirmed.length} calls were confirmed`);
  },
);
