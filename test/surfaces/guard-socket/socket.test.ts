import { appendFileSync, existsSync, lstatSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { socketPath } from '../../../src/surfaces/guard-socket/listen.js';
import { worker } from '../../../src/passes/worker/worker.js';
import type { Place } from '../../passes/pass-workspace.js';
import {
  digest,
  environment,
  placeWithProject,
  read,
  REPORT,
  WRITES_PAGE,
} from '../../passes/pass-workspace.js';
import { lineTo, serve, type Server } from '../../support/guard-server.js';
import { callForText } from '../cli/run-cli.js';

t.setTimeout(240_000);

const SESSION = { host: 'openclaw', id: 'agent:main:cron:one:run:two' };
const OUTPUT = 'PROJECTS/pages/outputs/page.md';
const judge = (tool: string, params: Readonly<Record<string, unknown>>) => ({
  op: 'judge',
  host: 'openclaw',
  session: SESSION,
  governed: true,
  tool,
  params,
});
const END = {
  op: 'end',
  session: SESSION,
  report: '',
  usage: { tokensIn: 120, tokensOut: 30, cost: 0.01 },
  model: 'scripted/one',
};

async function served(t: { teardown(act: () => unknown): void }, place: Place): Promise<Server> {
  const server = await serve(place);
  t.teardown(() => {
    server.child.kill('SIGKILL');
    return server.ended;
  });
  return server;
}

t.test('a pass is begun, its calls are judged, and it is ended with what was used', async (t) => {
  const place = placeWithProject(t.testdir(), '');
  const { ready } = await served(t, place);
  const line = await lineTo(ready.socket);
  t.match(await line.ask({ op: 'hello', protocol: 1 }), {
    ok: true,
    value: { protocol: 1, pid: ready.pid },
  });
  t.match(
    await line.ask(judge('write', { path: OUTPUT, content: '# Page\n' })),
    { ok: true, value: { verdict: 'deny', reasons: [{ code: 'no-token' }] } },
    'before the pass nothing is done in a governed session',
  );
  const begun = await line.ask({ op: 'begin', role: 'worker', session: SESSION });
  t.match(begun, {
    ok: true,
    value: { kind: 'brief', project: 'pages', mayWrite: ['PROJECTS/pages/outputs/**'] },
  });
  t.match(await line.ask(judge('write', { path: OUTPUT, content: '# Page\n' })), {
    value: { verdict: 'allow' },
  });
  t.match(await line.ask(judge('write', { path: 'SOUL.md', content: 'x' })), {
    value: { verdict: 'deny' },
  });
  t.match(await line.ask(judge('exec', { command: 'echo x >> SOUL.md' })), {
    value: { verdict: 'deny' },
  });
  t.match(
    await line.ask(judge('sessions_spawn', { task: 'look at it' })),
    { value: { verdict: 'allow' } },
    'without a ledger a spawn is not refused',
  );
  t.match(await line.ask({ op: 'spawned', callId: 'c1', child: 'agent:main:subagent:x' }), {
    ok: true,
  });
  t.match(await line.ask(judge('strange_tool', {})), {
    value: { verdict: 'deny', reasons: [{ code: 'tool-unknown' }] },
  });
  t.match(
    await line.ask({
      op: 'judge',
      host: 'openclaw',
      session: { host: 'openclaw', id: 'another' },
      governed: true,
      tool: 'write',
      params: { path: OUTPUT, content: 'x' },
    }),
    { value: { verdict: 'deny' } },
    "the pass is this session's alone",
  );
  t.match(await line.ask({ op: 'heartbeat', session: SESSION }), { ok: true });
  t.match(await line.ask({ op: 'status' }), {
    value: {
      passes: [{ session: SESSION.id, project: 'pages', isRunning: true }],
      gate: { ok: true },
      judged: 7,
      refused: 5,
    },
  });
  t.match(await line.ask(END), { ok: true, value: { outcome: /^FAIL/ } }, 'no page was written');
  t.match(read(place, 'audit/SESSION-REGISTRY.md'), /scripted\/one \| 120 \| 30 \| 0\.01 /);
  t.equal(
    read(place, 'audit/AUDIT-LOG.md')
      .split('\n')
      .filter((row) => / refusal /.test(row)).length,
    3,
    'each refusal of the running pass is on record',
  );
  t.match(await line.ask(END), { ok: false, error: { code: 'LEASE_LOST' } }, 'and it ends once');
});

t.test(
  'a gate that refuses, and a lock that is held, are answers with their exit codes, and nothing is written',
  async (t) => {
    const place = placeWithProject(t.testdir(), '');
    const { ready } = await served(t, place);
    const line = await lineTo(ready.socket);
    appendFileSync(join(place.root, 'SOUL.md'), 'tampered\n');
    const before = digest(place.root);
    t.match(await line.ask({ op: 'begin', role: 'worker', session: SESSION }), {
      ok: true,
      value: { kind: 'over', exit: 3, outcome: /SOUL\.md/ },
    });
    t.equal(digest(place.root), before);
  },
);

t.test('while another pass runs a session is told so', async (t) => {
  const place = placeWithProject(t.testdir(), '');
  const { ready } = await served(t, place);
  const line = await lineTo(ready.socket);
  const other = { host: 'openclaw', id: 'another' };
  t.match(await line.ask({ op: 'begin', role: 'worker', session: other }), {
    value: { kind: 'brief' },
  });
  t.match(await line.ask({ op: 'begin', role: 'worker', session: SESSION }), {
    value: { kind: 'over', exit: 4 },
  });
  const again = await line.ask({ op: 'begin', role: 'worker', session: other });
  t.match(
    again,
    { value: { kind: 'brief', runId: /-00[23]$/ } },
    'the session itself begins anew: the pass it left behind ended as failed',
  );
  t.match(await line.ask({ ...END, session: other, failed: 'enough' }), { ok: true });
});

t.test(
  "the agent's own pass end and pass abort change nothing in a pass that its host ends",
  async (t) => {
    const place = placeWithProject(t.testdir(), '');
    const { ready } = await served(t, place);
    const line = await lineTo(ready.socket);
    const begun = await line.ask({ op: 'begin', role: 'worker', session: SESSION });
    const { token } = (begun.ok ? begun.value : {}) as { token: string };
    const env = { NOCTURNE_PASS_TOKEN: token };
    for (const word of ['end', 'abort'])
      t.match(
        await callForText(place, ['pass', word], { env }),
        { exit: 0, text: /goes on/ },
        word,
      );
    const shown = await callForText(place, ['pass', 'begin'], { env });
    t.match(shown, { exit: 0, text: /openclaw began this pass[^]*## Brief/ });
    t.notMatch(shown.text, token, 'the token is not shown to a model');
    t.match(await line.ask({ op: 'status' }), { value: { passes: [{ isRunning: true }] } });
    t.match(await line.ask(END), { ok: true });
  },
);

t.test('many questions at once are each answered by their number', async (t) => {
  const place = placeWithProject(t.testdir(), '');
  const { ready } = await served(t, place);
  const line = await lineTo(ready.socket);
  await line.ask({ op: 'begin', role: 'worker', session: SESSION });
  const asked = Array.from({ length: 60 }, (_, i) =>
    i % 3 === 0
      ? judge('read', { path: 'REGISTRY.md' })
      : i % 3 === 1
        ? judge('write', { path: `PROJECTS/pages/outputs/${i}.md`, content: 'x' })
        : judge('exec', { command: 'curl http://localhost/' }),
  );
  const answers = await Promise.all(asked.map((one) => line.ask(one)));
  t.same(
    answers.map((one) => (one.ok ? (one.value as { verdict: string }).verdict : one.error)),
    asked.map((_, i) => (i % 3 === 2 ? 'deny' : 'allow')),
  );
});

t.test('a guest of one host may not write the settings of another', async (t) => {
  const place = placeWithProject(t.testdir(), '');
  const { ready } = await served(t, place);
  const line = await lineTo(ready.socket);
  const guest = (path: string) => ({
    op: 'judge',
    host: 'openclaw',
    tool: 'write',
    params: { path, content: '{}' },
  });
  t.match(await line.ask(guest('docs/note.txt')), { value: { verdict: 'allow' } });
  for (const path of ['.claude/settings.json', 'docs/.claude/settings.local.json'])
    t.match(await line.ask(guest(path)), {
      value: { verdict: 'deny', reasons: [{ code: 'tier-code' }] },
    });
});

t.test('what is no request is answered as such, and the next one is heard', async (t) => {
  const place = placeWithProject(t.testdir(), '');
  const { ready } = await served(t, place);
  const line = await lineTo(ready.socket);
  t.match(await line.raw('{'), { id: -1, ok: false, error: { code: 'USAGE' } });
  for (const bad of [
    { op: 'sign' },
    { op: 'judge', host: 'openclaw' },
    { ...judge('write', { path: OUTPUT, content: 'x' }), host: 'nobody' },
    { op: 'hello', protocol: 1, more: true },
  ])
    t.match(await line.ask(bad), { ok: false, error: { code: 'USAGE' } });
  t.match(await line.ask({ op: 'hello', protocol: 1 }), { ok: true });
});

t.test(
  'a second server finds the first and ends; a socket that a killed one left is taken over, and the pass goes on',
  async (t) => {
    const place = placeWithProject(t.testdir(), '');
    const first = await served(t, place);
    t.equal(lstatSync(first.ready.socket).mode & 0o777, 0o600);
    const second = await served(t, place);
    t.match(second.ready, { served: false, socket: first.ready.socket });
    t.equal(await second.ended, 0);
    const line = await lineTo(first.ready.socket);
    t.match(await line.ask({ op: 'begin', role: 'worker', session: SESSION }), {
      value: { kind: 'brief' },
    });
    first.child.kill('SIGKILL');
    await first.ended;
    t.ok(existsSync(first.ready.socket), 'the dead one left its socket');
    const third = await served(t, place);
    t.match(third.ready, { served: true, socket: first.ready.socket });
    const again = await lineTo(third.ready.socket);
    t.match(
      await again.ask(judge('write', { path: OUTPUT, content: 'x' })),
      { value: { verdict: 'allow' } },
      'what is known of a pass is on disk',
    );
    t.match(await again.ask(END), { ok: true });
  },
);

t.test('it ends with whoever started it, after it has answered what was asked', async (t) => {
  const place = placeWithProject(t.testdir(), '');
  const { ready, child, ended } = await served(t, place);
  const line = await lineTo(ready.socket);
  await line.ask({ op: 'begin', role: 'worker', session: SESSION });
  const closing = line.ask(END);
  child.stdin?.end();
  t.match(await closing, { ok: true });
  t.equal(await ended, 0);
  t.notOk(existsSync(ready.socket));
  t.match(
    (await worker(environment(place), { role: 'worker' })).exit,
    1,
    'the lock was given back',
  );
});

t.test('what an agent changes by its tools is seen by the next judgement', async (t) => {
  const place = placeWithProject(t.testdir(), `${WRITES_PAGE}${REPORT}`);
  const { ready } = await served(t, place);
  const line = await lineTo(ready.socket);
  await line.ask({ op: 'begin', role: 'worker', session: SESSION });
  t.match(await line.ask(judge('exec', { command: 'rm PROJECTS/pages/PHASES.md' })), {
    value: { verdict: 'deny' },
  });
  appendFileSync(join(place.root, 'PROJECTS/pages/pass.mjs'), '\n');
  await line.ask({ op: 'acted' });
  t.match(await line.ask(judge('write', { path: 'PROJECTS/pages/PASS.MJS', content: 'x' })), {
    value: { verdict: 'deny', text: /path-case/ },
  });
  t.match(await line.ask(END), { ok: true });
});

t.test('a path too long for a socket is replaced by a folder of this user alone', (t) => {
  t.equal(
    socketPath('/home/a/.nocturne/workspaces/0123456789abcdef'),
    '/home/a/.nocturne/workspaces/0123456789abcdef/guard.sock',
  );
  const long = socketPath(`/${'long/'.repeat(30)}0123456789abcdef`);
  t.match(long, /\/nocturne-\d+\/0123456789abcdef\.sock$/);
  t.equal(lstatSync(join(long, '..')).mode & 0o077, 0);
  t.end();
});

t.test('nobody answers where no server is', async (t) => {
  const error = await new Promise((resolve) =>
    connect(join(t.testdir(), 'none.sock')).once('error', resolve),
  );
  t.match(error, { code: /^(ENOENT|ECONNREFUSED)$/ }, 'a long path is cut to what a socket takes');
});
