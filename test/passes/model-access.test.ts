/**
 * Passes whose runner reaches its model with a token: the key is nowhere where an agent or the
 * workspace could see it, and the record says whether limits held.
 */
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { installedHosts } from '../../src/hosts/installed.js';
import type { AccessContext, PassModule } from '../../src/passes/module.js';
import { runRecord } from '../../src/passes/run-record.js';
import type { PassEnvironment } from '../../src/passes/types.js';
import { begunPasses } from '../../src/passes/begun-passes.js';
import { periodOf, usedBy } from '../../src/passes/used-by-passes.js';
import { worker } from '../../src/passes/worker/worker.js';
import { fieldText } from '../../src/project/field-text.js';
import { keySearcher } from '../support/key-searcher.js';
import { scriptedOpenai } from '../support/scripted-openai.js';
import { tinyMeter, TOKEN, type TinyMeter } from '../support/tiny-meter.js';
import { callCommand } from '../surfaces/cli/run-cli.js';
import {
  environment,
  type Place,
  placeWithProject,
  read,
  REPORT,
  runnersPage,
  trail,
} from './pass-workspace.js';

t.setTimeout(300_000);

const KEY = 'sk-live-key-of-the-owner-4711';
const HOST_LINES = `console.log(JSON.stringify({ type: 'result', subtype: 'success', is_error: false, result: 'Done.' }));`;

/** Stands where the module `meter` does. */
function standIn(meter: TinyMeter): PassModule & { readonly asked: AccessContext[] } {
  const asked: AccessContext[] = [];
  return {
    name: 'meter',
    onChange: () => undefined,
    async modelAccess(context) {
      asked.push(context);
      return context.apiKeyEnv === '' ? undefined : meter.access;
    },
    asked,
  };
}

async function surroundings(
  place: Place,
  more: Partial<PassEnvironment> = {},
): Promise<PassEnvironment> {
  const hosts = await installedHosts();
  const home = join(place.root, '../own');
  mkdirSync(home);
  return environment(place, {
    env: {
      ...process.env,
      HOME: home,
      MODEL_KEY: KEY,
      OTHER: `Bearer ${KEY}`,
    },
    runners: hosts.flatMap(({ runners = [] }) => runners),
    ...more,
  });
}

const PASSED = '```yaml pass_env\n- MODEL_KEY\n- OTHER\n```\n';

/** @param fields lines of the runner, besides its sandbox. */
function boxed(t: Test, fields: string, sandbox: string, lastWords = REPORT): Place {
  const page = runnersPage(
    `${fields}- **Sandbox:** ${sandbox}\n- **Sandbox policy:** require\n\n${PASSED}`,
  );
  const place = placeWithProject(t.testdir(), keySearcher(KEY, lastWords), {
    runner: 'boxed',
    files: { 'orchestration-os/RUNNERS.md': page },
  });
  chmodSync(join(place.root, 'PROJECTS/pages/pass.mjs'), 0o755);
  return place;
}

const withKey = (kind: string): string =>
  `- **Kind:** ${kind}\n- **Program:** ./PROJECTS/pages/pass.mjs\n- **Endpoint:** https://models.example/v1\n- **Api key env:** MODEL_KEY\n`;

/** Files below a folder that contain the key, or another secret. */
function hitsIn(folder: string, secret = KEY): readonly string[] {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((path) => statSync(join(folder, path), { throwIfNoEntry: false })?.isFile() === true)
    .filter((path) => readFileSync(join(folder, path)).includes(secret));
}

for (const kind of ['command', 'claude'] as const)
  for (const sandbox of ['off', 'workspace', 'strict'] as const)
    t.test(`${kind}, sandbox ${sandbox}: it works, and the key is nowhere`, async (t) => {
      const meter = await tinyMeter(t);
      const module = standIn(meter);
      const place = boxed(t, withKey(kind), sandbox, kind === 'claude' ? HOST_LINES : REPORT);
      const report = await worker(await surroundings(place, { modules: [module] }), {
        role: 'worker',
      });
      const found = JSON.parse(read(place, 'PROJECTS/pages/outputs/found.json')) as object;
      t.match(found, { found: [], model: 200, other: 200 }, report.outcome);
      t.same(hitsIn(place.root), []);
      t.same(hitsIn(place.home), []);
      t.same(
        module.asked.map(({ use, runner, apiKeyEnv }) => [use, runner, apiKeyEnv]),
        [['worker', 'boxed', 'MODEL_KEY']],
      );
      const runId = report.data?.runId ?? '';
      t.equal(runRecord(place.workspace.state, runId)?.spending, 'enforced');
      t.ok(trail(place, runId).includes('T9 spending RUN ok'));
      const run = place.workspace.snapshot().record('RUN', runId);
      t.equal(fieldText(run, 'tokens_in'), '12', 'as the meter counted');
    });

t.test('the search finds a key that is handed over', async (t) => {
  const place = boxed(
    t,
    '- **Kind:** command\n- **Program:** ./PROJECTS/pages/pass.mjs\n',
    'strict',
  );
  await worker(await surroundings(place), { role: 'worker' });
  const { found } = JSON.parse(read(place, 'PROJECTS/pages/outputs/found.json')) as {
    readonly found: readonly string[];
  };
  t.ok(found.includes('environment'), 'no page says that these variables hold a key');
  t.ok(found.includes('/proc/N/environ'));
  t.ok(hitsIn(join(place.root, 'PROJECTS/pages/outputs')).some((path) => path.startsWith('core')));
});

t.test('a chat agent sends the token, and neither key nor token is in what is kept', async (t) => {
  const meter = await tinyMeter(t);
  const place = placeWithProject(t.testdir(), '', {
    runner: 'boxed',
    files: {
      'orchestration-os/RUNNERS.md': runnersPage(
        '- **Kind:** chat\n- **Endpoint:** https://models.example/v1\n- **Api key env:** MODEL_KEY\n',
      ),
    },
  });
  const module = standIn(meter);
  const env = await surroundings(place, { modules: [module], env: process.env });
  const report = await worker(env, { role: 'worker' });
  t.same(
    meter.asked.slice(0, 1),
    ['POST /v1/chat/completions'],
    'no key is needed in this process',
  );
  const runId = report.data?.runId ?? '';
  t.equal(runRecord(place.workspace.state, runId)?.spending, 'enforced');
  t.same([...hitsIn(place.root, TOKEN), ...hitsIn(place.home, TOKEN)], []);
});

t.test(
  'without a meter a chat agent uses the key itself, and no other program gets it',
  async (t) => {
    const server = await scriptedOpenai([{ say: 'Nothing to do.' }]);
    t.teardown(() => server.close());
    const place = placeWithProject(t.testdir(), '', {
      runner: 'boxed',
      files: {
        'orchestration-os/RUNNERS.md': runnersPage(
          `- **Kind:** chat\n- **Endpoint:** ${server.endpoint}\n- **Api key env:** MODEL_KEY\n`,
        ),
      },
    });
    await worker(await surroundings(place), { role: 'worker' });
    t.equal(server.requests[0]?.headers.authorization, `Bearer ${KEY}`);
    const program = boxed(t, withKey('command'), 'off');
    const report = await worker(await surroundings(program), { role: 'worker' });
    t.match(report.outcome, /auth-required|needs the key in `MODEL_KEY`, which no agent gets/);
    t.notOk(
      readdirSync(join(program.root, 'PROJECTS/pages')).includes('outputs'),
      'it did not run',
    );
  },
);

t.test('a meter that cannot be reached starts no agent', async (t) => {
  const place = boxed(t, withKey('command'), 'off');
  const broken: PassModule = {
    name: 'meter',
    onChange: () => undefined,
    modelAccess: () => Promise.reject(new Error('the disk is full')),
  };
  const report = await worker(await surroundings(place, { modules: [broken] }), { role: 'worker' });
  const record = runRecord(place.workspace.state, report.data?.runId ?? '');
  t.match(record?.ended, { failure: 'transient', detail: /its meter cannot: the disk is full/ });
  t.notOk(readdirSync(join(place.root, 'PROJECTS/pages')).includes('outputs'));
  const snapshot = place.workspace.snapshot();
  const used = usedBy(snapshot, begunPasses(snapshot), periodOf(snapshot, 'night'));
  t.match(used, { tokens: 0, cost: 0 }, 'it counts nothing against the night');
});

t.test('a login of its own is counted, and everything says that limits do not hold', async (t) => {
  const meter = await tinyMeter(t);
  const lines = `console.log(JSON.stringify({ type: 'result', subtype: 'success', is_error: false, result: 'Done.', total_cost_usd: 0.25, usage: { input_tokens: 50, output_tokens: 70 } }));`;
  const place = boxed(
    t,
    '- **Kind:** claude\n- **Program:** ./PROJECTS/pages/pass.mjs\n- **Api key env:** UNSET_KEY\n',
    'off',
    lines,
  );
  const module = standIn(meter);
  const env = await surroundings(place, { modules: [module] });
  const report = await worker(env, { role: 'worker' });
  t.same(module.asked, []);
  const runId = report.data?.runId ?? '';
  t.equal(runRecord(place.workspace.state, runId)?.spending, 'not enforced');
  t.ok(trail(place, runId).includes('T9 spending RUN not-enforced'));
  t.match((await callCommand(place, ['log', runId])).text, /cost 0\.25; limits not enforced/);
  t.match(
    (await callCommand(place, ['briefing'])).text,
    /cost 0\.25, .*minutes; limits were not enforced for 1 pass\./,
  );
});
