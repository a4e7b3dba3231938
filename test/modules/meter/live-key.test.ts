/**
 * A pass of the real program with the real meter: agents of every kind in every sandbox work with a
 * token, only the endpoint sees the key, and what a pass used is in its record.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { meterDirectory, liveMeter } from '../../../src/modules/meter/live-meter.js';
import { runRecord } from '../../../src/passes/run-record.js';
import { fieldText } from '../../../src/project/field-text.js';
import { lifeOf } from '../../../src/workspace/process-identity.js';
import { FAKED_CLOCK } from '../../support/faked-clock.js';
import { keySearcher } from '../../support/key-searcher.js';
import {
  type Place,
  placeWithProject,
  read,
  REPORT,
  runnersPage,
} from '../../passes/pass-workspace.js';
import { testUpstream, type TestUpstream } from './server/upstream.js';
import { SPENDING, spendingPage } from './spending-place.js';

t.setTimeout(300_000);

const BIN = fileURLToPath(new URL('../../../../bin/nocturne.cjs', import.meta.url));
const KEY = 'sk-live-key-of-the-owner-4711';
const HOST_LINES = `console.log(JSON.stringify({ type: 'result', subtype: 'success', is_error: false, result: 'Done.' }));`;
const PRICE = '| * | - | 1 | 4 | - | - | - | EUR | 2026-11-21 |';

type Found = {
  readonly found: readonly string[];
  readonly model: number;
  readonly other: number;
  readonly chat: number;
  readonly token: string;
};

const shippedTiers = readFileSync(new URL('../../../../MODEL-TIERS.md', import.meta.url), 'utf8');

/** @param fields lines of the runner, besides the model's. */
function placeWith(t: Test, upstream: TestUpstream, fields: string, agent: string): Place {
  const runner = `${fields}- **Endpoint:** ${upstream.endpoint}\n- **Api key env:** MODEL_KEY\n`;
  const place = placeWithProject(t.testdir(), agent, {
    runner: 'boxed',
    files: {
      'orchestration-os/RUNNERS.md': runnersPage(runner),
      'MODEL-TIERS.md': shippedTiers.replace('| local-model | qwen3:8b |', '| boxed | small |'),
      [SPENDING]: spendingPage({ prices: [PRICE] }),
    },
  });
  chmodSync(join(place.root, 'PROJECTS/pages/pass.mjs'), 0o755);
  mkdirSync(join(place.root, '../own'));
  t.teardown(() => endMeter(place));
  return place;
}

/** The pass has started it, and it would stay for a while. */
async function endMeter({ workspace }: Place): Promise<void> {
  const meter = liveMeter(workspace.state);
  if (meter === undefined) return;
  process.kill(meter.pid, 'SIGTERM');
  await until(() => lifeOf(meter) === 'dead');
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error('it did not come to that');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function startPass({ root, home }: Place) {
  const { PATH = '' } = process.env;
  return spawn(process.execPath, [BIN, 'run', 'worker'], {
    cwd: root,
    env: { PATH, HOME: join(root, '../own'), NOCTURNE_HOME: home, MODEL_KEY: KEY, ...FAKED_CLOCK },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function pass(place: Place): Promise<string> {
  const child = startPass(place);
  const parts: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => parts.push(text));
  await once(child, 'close');
  return parts.join('');
}

function hitsIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((path) => statSync(join(folder, path), { throwIfNoEntry: false })?.isFile() === true)
    .filter((path) => readFileSync(join(folder, path)).includes(KEY));
}

function foundBy(place: Place): Found {
  return JSON.parse(read(place, 'PROJECTS/pages/outputs/found.json')) as Found;
}

for (const kind of ['command', 'claude'] as const)
  for (const sandbox of ['off', 'workspace', 'strict'] as const)
    t.test(`${kind}, sandbox ${sandbox}: only the endpoint sees the key`, async (t) => {
      const upstream = await testUpstream();
      t.teardown(() => upstream.close());
      const fields = `- **Kind:** ${kind}\n- **Program:** ./PROJECTS/pages/pass.mjs\n- **Sandbox:** ${sandbox}\n- **Sandbox policy:** require\n`;
      const agent = keySearcher(KEY, kind === 'claude' ? HOST_LINES : REPORT);
      const place = placeWith(t, upstream, fields, agent);
      const said = await pass(place);
      const { found, token, ...answers } = foundBy(place);
      t.same(answers, { model: 200, other: 200, chat: 200, cores: 1 }, said);
      // Without a sandbox an agent can read what the owner can, such as this of nocturne itself.
      t.same([...new Set(found)], sandbox === 'off' ? ['/proc/N/environ'] : []);
      t.same([...hitsIn(place.root), ...hitsIn(place.home)], []);
      t.notMatch(said, KEY);
      const keys = upstream.requests.map(
        ({ headers }) => headers['x-api-key'] ?? headers.authorization,
      );
      t.same(keys, [`Bearer ${KEY}`, KEY, `Bearer ${KEY}`]);
      const run = place.workspace.snapshot().records('RUN').at(-1);
      t.equal(runRecord(place.workspace.state, run?.key ?? '')?.spending, 'enforced');
      const usage = upstream.requests.at(-1)?.text.length ?? 0;
      t.equal(fieldText(run, 'tokens_in'), String(Math.ceil(usage / 4) + 12), 'as counted');
      const meter = liveMeter(place.workspace.state);
      const late = await fetch(`http://127.0.0.1:${meter?.port}/v1/models`, {
        headers: { authorization: `Bearer ${token}` },
      });
      t.equal(late.status, 401, 'after the pass, the token is worth nothing');
    });

t.test('a chat agent works, and its record says what was counted', async (t) => {
  const upstream = await testUpstream();
  t.teardown(() => upstream.close());
  const place = placeWith(t, upstream, '- **Kind:** chat\n', '');
  const said = await pass(place);
  t.ok(upstream.requests.length > 0, said);
  const run = place.workspace.snapshot().records('RUN').at(-1);
  t.ok(Number(fieldText(run, 'tokens_in')) > 0, 'tokens');
  t.ok(Number(fieldText(run, 'cost')) > 0, 'and what they cost');
  const spent = place.workspace
    .snapshot()
    .records('AUDIT')
    .find((row) => fieldText(row, 'type') === 'spending');
  const rows = readFileSync(join(meterDirectory(place.workspace.state), 'ledger.jsonl'), 'utf8');
  const [, link] = /([0-9a-f]{32})"}\n$/.exec(rows) ?? [];
  t.equal(fieldText(spent, 'detail'), `ledger of ${rows.length} bytes, last link ${link}`);
  for (const { headers } of upstream.requests) t.equal(headers.authorization, `Bearer ${KEY}`);
  t.same([...hitsIn(place.root), ...hitsIn(place.home)], []);
});

const ASKS_TWICE = `
import { writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
const { OPENAI_BASE_URL: base, OPENAI_API_KEY: token } = process.env;
const ask = async () => {
  const body = JSON.stringify({ model: 'small', max_tokens: 2000, messages: [{ role: 'user', content: 'Hello.' }] });
  const headers = { authorization: 'Bearer ' + token, 'content-type': 'application/json' };
  try { return (await fetch(base + '/chat/completions', { method: 'POST', headers, body })).status; } catch { return 0; }
};
const answers = [await ask()];
while (answers.at(-1) !== 200) { await setTimeout(50); answers.push(await ask()); }
`;

for (const sandbox of ['off', 'strict'] as const)
  t.test(
    `a meter that is killed comes back while its agent works, sandbox ${sandbox}`,
    async (t) => {
      const upstream = await testUpstream();
      t.teardown(() => upstream.close());
      const fields = `- **Kind:** command\n- **Program:** node\n- **Sandbox:** ${sandbox}\n- **Sandbox policy:** require\n\n\`\`\`yaml args\n- pass.mjs\n\`\`\`\n\n`;
      const place = placeWith(t, upstream, fields, `${ASKS_TWICE}${REPORT}`);
      const { state } = place.workspace;
      let killed: number | undefined;
      upstream.script = () => {
        if (killed !== undefined) return false;
        killed = liveMeter(state)?.pid;
        if (killed !== undefined) process.kill(killed, 'SIGKILL');
        return true;
      };
      const said = await pass(place);
      t.match(said, /one page written/);
      t.not(liveMeter(state)?.pid, killed, 'another process');
      const ledger = readFileSync(join(meterDirectory(state), 'ledger.jsonl'), 'utf8');
      t.match(ledger, /"how":"unconfirmed"/, 'the call that was cut counts in full');
    },
  );

t.test('the token of a pass that died is worth nothing', async (t) => {
  const upstream = await testUpstream(({ seen }) => seen.path.startsWith('/v1/chat'));
  t.teardown(() => upstream.close());
  const fields = '- **Kind:** command\n- **Program:** node\n\n```yaml args\n- pass.mjs\n```\n\n';
  const writes = `import { writeFileSync as write, mkdirSync } from 'node:fs';\nmkdirSync('outputs', { recursive: true }); write('outputs/token.txt', process.env.OPENAI_API_KEY);\nwrite('outputs/pid.txt', String(process.pid));\n`;
  const place = placeWith(t, upstream, fields, `${writes}${ASKS_TWICE}`);
  const child = startPass(place);
  await until(() => upstream.requests.length > 0);
  // The agent of a killed pass goes on, and asks again and again.
  const agent = Number(read(place, 'PROJECTS/pages/outputs/pid.txt'));
  t.teardown(() => process.kill(agent, 'SIGKILL'));
  const meter = liveMeter(place.workspace.state);
  const ask = async (): Promise<number> => {
    const authorization = `Bearer ${read(place, 'PROJECTS/pages/outputs/token.txt')}`;
    const answer = await fetch(`http://127.0.0.1:${meter?.port}/v1/models`, {
      headers: { authorization },
    });
    return answer.status;
  };
  t.equal(await ask(), 200, 'while the pass works');
  child.kill('SIGKILL');
  await once(child, 'exit');
  t.equal(await ask(), 401);
});
