/** Passes behind the real meter: at the owner's limit they park, and go on after a yes. */
import { readFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { stop } from '../../../src/modules/meter/ledger/stopped.js';
import { meterDirectory } from '../../../src/modules/meter/live-meter.js';
import { module } from '../../../src/modules/meter/module.js';
import { serveMeter } from '../../../src/modules/meter/server/serve-meter.js';
import { worker } from '../../../src/passes/worker/worker.js';
import { fieldText } from '../../../src/project/field-text.js';
import { answer, callsIn, openQuestions, SAID, writes } from '../../passes/parking.js';
import {
  environment,
  type Place,
  placeWithProject,
  programRunner,
  read,
  REPORT,
  runnersPage,
} from '../../passes/pass-workspace.js';
import { scriptedOpenai, type Scripted } from '../../support/scripted-openai.js';
import { SPENDING, spendingPage } from './spending-place.js';

t.setTimeout(180_000);

const KEY = 'sk-owner-0123456789abcdef';
const PRICE = '| * | - | 1 | 1 | - | - | 16384 | EUR | 2026-11-21 |';

async function meteredPlace(
  t: Test,
  options: {
    readonly script: readonly Scripted[];
    readonly limits: readonly string[];
    readonly agent?: string;
    readonly criteria?: string;
    readonly fields: (endpoint: string) => string;
  },
) {
  const server = await scriptedOpenai(options.script);
  const place = placeWithProject(t.testdir(), options.agent ?? '', {
    runner: 'boxed',
    criteria: options.criteria ?? '[]',
    stop: '- entries: { in: "outputs/*.md", under: "## Entries", at_least: 4, each_has: [name] }',
    files: {
      'orchestration-os/RUNNERS.md': runnersPage(options.fields(server.endpoint)),
      'MODEL-TIERS.md': tiers(),
      [SPENDING]: spendingPage({ prices: [PRICE], limits: options.limits }),
    },
  });
  const env = environment(place, {
    env: { ...process.env, OWNER_KEY: KEY },
    modules: [module],
  });
  const ending = new AbortController();
  let ended: Promise<void> = Promise.resolve();
  await new Promise<unknown>((ready) => {
    const { workspace, env: variables, say } = env;
    ended = serveMeter({ workspace, env: variables, signal: ending.signal, say, ready });
  });
  t.teardown(async () => {
    ending.abort();
    await ended;
    await server.close();
  });
  return { server, place, env };
}

function tiers(): string {
  const page = readFileSync(new URL('../../../../MODEL-TIERS.md', import.meta.url), 'utf8');
  return page.replace(/^\| standard \| \S+ \| \S+ /m, '| standard | boxed | test-model ');
}

const asked = (place: Place): readonly string[] =>
  openQuestions(place).map((question) => fieldText(question, 'action_needed'));
const DEAR = { prompt_tokens: 50_000, completion_tokens: 100 };

t.test('a chat pass parks at the limit of SPENDING.md, and goes on after a yes', async (t) => {
  const { server, place, env } = await meteredPlace(t, {
    script: [
      { ...writes('page'), usage: DEAR },
      { ...writes('other'), usage: DEAR },
      { say: SAID },
    ],
    limits: ['| pass | - | - | 0.06 | - |'],
    fields: (endpoint) =>
      `- **Kind:** chat\n- **Endpoint:** ${endpoint}\n- **Api key env:** OWNER_KEY\n`,
  });
  const parked = await worker(env, { role: 'worker' });
  t.match(parked.outcome, /^parked: /);
  t.match(
    asked(place),
    [/used 0.0501 of 0.0600 EUR. Yes: 0.\d\d00 EUR more tonight/],
    parked.outcome,
  );
  const before = server.requests.length;
  t.ok(before > 0);
  answer(place, '0.50 EUR');
  const done = await worker(env, { role: 'worker' });
  t.match(done.data.quality, /STRONG|ADEQUATE/, done.outcome);
  t.same(callsIn(server.requests.at(-1)), ['write', 'write']);
  t.equal(read(place, 'PROJECTS/pages/outputs/page.md').length > 0, true);
});

/** Asks its model once each time it is started, and gives up when it gets no answer. */
const agentEndingWith = (code: number): string => `const endsWith = ${code};
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
mkdirSync('outputs', { recursive: true });
const page = (name) => '# Page\\n\\n## Entries\\n\\n- name: first of ' + name + '\\n- name: second of ' + name + '\\n';
const name = existsSync('outputs/one.md') ? 'two' : 'one';
const asked = [];
process.on('exit', () => { ${REPORT} });
for (let i = 0; i < 2; i++) {
  const response = await fetch(process.env.OPENAI_BASE_URL + '/chat/completions', {
    method: 'POST',
    headers: { authorization: 'Bearer ' + process.env.OPENAI_API_KEY, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'test-model', messages: [{ role: 'user', content: 'Hello ' + i + ' '.repeat(12000) }] }),
  });
  await response.text();
  asked.push(response.status);
  writeFileSync('outputs/' + name + '.md', page(name));
  if (response.status !== 200) process.exit(endsWith);
}
`;

for (const code of [1, 0])
  t.test(
    `a program whose model is refused and that ends with ${code} parks, and starts again with its work there`,
    async (t) => {
      const { server, place, env } = await meteredPlace(t, {
        script: [{ say: 'hello', usage: DEAR }],
        limits: ['| pass | - | - | 0.06 | - |'],
        agent: agentEndingWith(code),
        fields: (endpoint) =>
          programRunner(`- **Endpoint:** ${endpoint}\n- **Api key env:** OWNER_KEY\n`),
      });
      const parked = await worker(env, { role: 'worker' });
      t.equal(parked.data.quality, 'PARKED', parked.outcome);
      t.equal(parked.exit, 0);
      t.same(parked.data.outputs, ['PROJECTS/pages/outputs/one.md']);
      t.match(asked(place), [/its last pass used 0.0501 of 0.0600 EUR/]);
      answer(place, '0.50');
      const done = await worker(env, { role: 'worker' });
      t.match(done.data.quality, /STRONG|ADEQUATE/, done.outcome);
      t.match(
        done.data.prompt,
        /Unfinished work.*cannot go on with it: a runner of kind command cannot/s,
      );
      t.same(server.requests.length, 3);
    },
  );

t.test(
  'a program that met its criteria before its model was refused is graded, and the limit is said',
  async (t) => {
    const { place, env } = await meteredPlace(t, {
      script: [{ say: 'hello', usage: DEAR }],
      limits: ['| pass | - | - | 0.06 | - |'],
      agent: agentEndingWith(0),
      criteria: '[{ file_exists: outputs/one.md }]',
      fields: (endpoint) =>
        programRunner(`- **Endpoint:** ${endpoint}\n- **Api key env:** OWNER_KEY\n`),
    });
    const graded = await worker(env, { role: 'worker' });
    t.match(graded.data.quality, /STRONG|ADEQUATE/, graded.outcome);
    t.match(graded.outcome, /its last call was refused at the limit of the pass/);
    t.same(asked(place), [], 'nobody is asked');
    const next = await worker(env, { role: 'worker' });
    t.notMatch(next.data.prompt, /Unfinished work/, 'nothing is left to go on with');
  },
);

t.test('no pass begins while the owner has stopped all spending', async (t) => {
  const { server, place, env } = await meteredPlace(t, {
    script: [{ say: SAID }],
    limits: ['| month | - | - | 5 | - |'],
    fields: (endpoint) =>
      `- **Kind:** chat\n- **Endpoint:** ${endpoint}\n- **Api key env:** OWNER_KEY\n`,
  });
  const day = { since: '2026-11-21T00:00:00Z', until: '2099-01-01T00:00:00Z' };
  stop(meterDirectory(place.workspace.state), day);
  const { outcome, data } = await worker(env, { role: 'worker' });
  t.match(outcome, /^did not begin: /);
  t.equal(data.project, undefined, 'so a night ends, and its turn comes again');
  t.same(server.requests, []);
  t.same(openQuestions(place), []);
});
