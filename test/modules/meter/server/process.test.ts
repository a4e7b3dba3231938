import { join } from 'node:path';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { closeGrant, openGrant } from '../../../../src/modules/meter/grant.js';
import {
  announceMeter,
  liveMeter,
  meterDirectory,
  withdrawMeter,
} from '../../../../src/modules/meter/live-meter.js';
import { modelAccess } from '../../../../src/modules/meter/model-access.js';
import { ledgerProblems } from '../../../../src/modules/meter/ledger/ledger-problems.js';
import { placeText } from '../../../../src/modules/meter/ledger/named-places.js';
import { serveMeter } from '../../../../src/modules/meter/server/serve-meter.js';
import { ensureMeter } from '../../../../src/modules/meter/start-meter.js';
import { makeWorkspace, type MadeWorkspace } from '../../../support/make-workspace.js';
import { callForText, callProcess } from '../../../surfaces/cli/run-cli.js';
import { startMeter } from './meter-process.js';
import { KEY, ledgerRows } from './running-meter.js';
import { testUpstream } from './upstream.js';
import { until } from './until.js';

t.setTimeout(240_000);
const messages = [{ role: 'user', content: 'Say something.' }];

function grantIn({ workspace }: MadeWorkspace, endpoint: string) {
  return openGrant(workspace.state, {
    ...{ runId: 'RUN-20261121-001', project: 'pages', runner: 'cloud', use: 'worker' },
    ...{ endpoint, apiKeyEnv: 'OWNER_KEY', limits: {}, opened: '2026-11-21T01:30:00Z' },
  });
}

async function ask(port: number, token: string): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ model: 'small', messages }),
  });
  await response.text();
  return response.status;
}

t.test('one process at a time is the meter, and the next one takes its port', async (t) => {
  const made = makeWorkspace(t.testdir(), { at: new Date().toISOString() });
  const upstream = await testUpstream();
  t.teardown(() => upstream.close());
  const first = await startMeter(made, { OWNER_KEY: KEY });
  t.teardown(() => first.end('SIGKILL'));
  const { token } = grantIn(made, upstream.endpoint);
  t.equal(await ask(first.port, token), 200);
  t.match(await callProcess(made, ['meter']), { exit: 4, json: { error: { code: 'LOCKED' } } });
  t.match(liveMeter(made.workspace.state), { pid: first.child.pid, port: first.port });

  upstream.script = () => true;
  const cut = ask(first.port, token).catch(() => 0);
  await until(() => upstream.requests.length === 2);
  await first.end('SIGKILL');
  t.equal(await cut, 0);
  t.equal(liveMeter(made.workspace.state), undefined);
  const second = await startMeter(made, { OWNER_KEY: KEY });
  t.teardown(() => second.end('SIGKILL'));
  t.equal(second.port, first.port);
  t.match(
    ledgerRows(made.workspace.state).at(-1),
    { how: 'unconfirmed' },
    'what was running counts',
  );
  upstream.script = () => false;
  t.equal(await ask(second.port, token), 200, 'the token is still good');

  let answer = (): void => undefined;
  upstream.script = () =>
    new Promise((resolve) => {
      answer = () => resolve(false);
    });
  const running = ask(second.port, token);
  await until(() => upstream.requests.length === 4);
  const ending = second.end('SIGTERM');
  await until(() => liveMeter(made.workspace.state) === undefined);
  answer();
  t.equal(await running, 200, 'what runs may end');
  t.equal(await ending, 0);
});

t.test('a meter that no pass needs ends', async (t) => {
  const made = makeWorkspace(t.testdir());
  const { grant } = grantIn(made, 'http://127.0.0.1:9/v1');
  let isOver = false;
  const serves = serveMeter({
    workspace: made.workspace,
    env: {},
    signal: new AbortController().signal,
    say: () => undefined,
    ready: () => setTimeout(() => closeGrant(made.workspace.state, grant.id), 1000),
    unusedMs: 500,
  }).then(() => {
    isOver = true;
  });
  await until(() => liveMeter(made.workspace.state) !== undefined);
  t.notOk(isOver);
  await serves;
  t.equal(liveMeter(made.workspace.state), undefined);
});

t.test('a pass that finds no meter starts one, which has the key', async (t) => {
  const made = makeWorkspace(t.testdir(), { at: new Date().toISOString() });
  const upstream = await testUpstream();
  t.teardown(() => upstream.close());
  const env = { ...process.env, OWNER_KEY: KEY };
  const [one, other] = await Promise.all([
    ensureMeter(made.workspace, env),
    ensureMeter(made.workspace, env),
  ]);
  t.teardown(() => process.kill(one.pid, 'SIGKILL'));
  t.equal(one.pid, other.pid, 'both found the same one');
  t.equal(await ask(one.port, grantIn(made, upstream.endpoint).token), 200);
  t.equal(upstream.requests[0]?.headers.authorization, `Bearer ${KEY}`);
  const log = readFileSync(join(made.workspace.state, 'meter/meter.log'), 'utf8');
  t.notMatch(log, KEY);
});

t.test('a meter that hangs is replaced, unless the owner runs it', async (t) => {
  const patience = { answerMs: 200, attempts: 2 };
  const hang = (pid: number): void => {
    process.kill(pid, 'SIGSTOP');
    t.teardown(() => process.kill(pid, 'SIGKILL'));
  };
  const folder = t.testdir({ own: {}, other: {} });
  const made = makeWorkspace(join(folder, 'other'), { at: new Date().toISOString() });
  const hanging = await ensureMeter(made.workspace, process.env);
  t.equal((await ensureMeter(made.workspace, process.env)).pid, hanging.pid, 'it answers');
  process.kill(hanging.pid, 'SIGSTOP');
  const next = await ensureMeter(made.workspace, process.env, patience);
  t.teardown(() => process.kill(next.pid, 'SIGKILL'));
  t.not(next.pid, hanging.pid);
  t.equal(next.port, hanging.port, 'running agents know its port');
  t.throws(() => process.kill(hanging.pid, 0), { code: 'ESRCH' });

  const owned = makeWorkspace(join(folder, 'own'), { at: new Date().toISOString() });
  const serving = await startMeter(owned, {});
  hang(serving.child.pid ?? 0);
  await t.rejects(ensureMeter(owned.workspace, process.env, patience), {
    code: 'CONFIG',
    message: /does not answer, and no pass started it/,
  });
});

t.test('nocturne serve runs the meter', async (t) => {
  const made = makeWorkspace(t.testdir(), { at: new Date().toISOString() });
  const serving = await startMeter(made, { OWNER_KEY: KEY }, 'serve');
  t.teardown(() => serving.end('SIGKILL'));
  const { json } = await callProcess(made, ['status']);
  const { services } = json['services'] as { services: readonly { name: string; state: string }[] };
  t.equal(services.find(({ name }) => name === 'meter')?.state, 'running');
  t.equal(await serving.end('SIGTERM'), 0);
});

t.test('a changed ledger is named by the pass that finds no meter, and by doctor', async (t) => {
  const made = makeWorkspace(t.testdir(), { at: new Date().toISOString() });
  const directory = meterDirectory(made.workspace.state);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'ledger.jsonl'), '{"kind":"changed"}\n{"kind":"changed"}\n');
  await t.rejects(ensureMeter(made.workspace, process.env), /start: .*row 1 of the ledger is not/);
  t.match(ledgerProblems(directory, made.workspace.snapshot()), [
    { verdict: 'broken', fact: /^no call can leave: .*ledger\.jsonl: row 1 / },
  ]);
  const { text } = await callForText(made, ['doctor']);
  t.match(text, /broken +meter +no call can leave/);
});

t.test('no call leaves and no meter begins while rows of the ledger are gone', async (t) => {
  const made = makeWorkspace(t.testdir(), { at: new Date().toISOString() });
  const { workspace } = made;
  const upstream = await testUpstream();
  t.teardown(() => upstream.close());
  const meter = await startMeter(made, { OWNER_KEY: KEY });
  t.teardown(() => meter.end('SIGKILL'));
  const { token } = grantIn(made, upstream.endpoint);
  t.equal(await ask(meter.port, token), 200);
  const detail = placeText(meterDirectory(workspace.state));
  const row = { step: 'T9', type: 'spending', target: '', authorisation: '', result: 'ok', detail };
  workspace.commit({
    ...{ actor: { kind: 'nocturne', name: 'test' }, runId: 'RUN-20261121-001' },
    ...{ reason: 'a pass', changes: [], audit: [row] },
  });
  rmSync(join(meterDirectory(workspace.state), 'ledger.jsonl'));
  t.not(await ask(meter.port, token).catch(() => 0), 200);
  t.equal(upstream.requests.length, 1);
  await until(() => liveMeter(workspace.state) === undefined);
  t.match(await callProcess(made, ['meter']), {
    exit: 3,
    json: { error: { code: 'GATE', message: /had when RUN-20261121-001 ended/ } },
  });
  t.match(await callProcess(made, ['spend', 'accept', '--yes']), { exit: 0 });
  const next = await startMeter(made, { OWNER_KEY: KEY });
  t.teardown(() => next.end('SIGKILL'));
  t.equal(await ask(next.port, token), 200);
});

t.test('a pass says once why its meter does not come back, however often it tries', async (t) => {
  const made = makeWorkspace(t.testdir(), { at: new Date().toISOString() });
  const { workspace } = made;
  const directory = meterDirectory(workspace.state);
  mkdirSync(directory, { recursive: true });
  announceMeter(workspace.state, { port: 1, socket: join(directory, 'meter.sock') });
  const said: string[] = [];
  const access = await modelAccess({
    ...{ workspace, snapshot: workspace.snapshot(), signal: new AbortController().signal },
    ...{ runId: 'RUN-20261121-001', project: 'pages', use: 'worker', runner: 'cloud' },
    limits: { maxTokens: undefined, maxCost: undefined },
    ...{ model: 'small', endpoint: 'http://127.0.0.1:1/v1', apiKeyEnv: 'OWNER_KEY' },
    ...{ env: process.env, say: (line) => said.push(line) },
  });
  writeFileSync(join(directory, 'ledger.jsonl'), '{"kind":"changed"}\n{"kind":"changed"}\n');
  withdrawMeter(workspace.state);
  const attempts = new Set<number>();
  await until(() => {
    const { mtimeMs = 0 } = statSync(join(directory, 'meter.log'), { throwIfNoEntry: false }) ?? {};
    return said.length > 0 && attempts.add(mtimeMs).size > 8;
  });
  await access?.close();
  t.match(said, [/the meter did not start: .*row 1 of the ledger/]);
  t.equal(said.length, 1);
});
