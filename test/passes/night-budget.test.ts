/** The budget of a night in real passes: what counts, what is reserved, and what the page says. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import t from 'tap';
import { manager } from '../../src/passes/manager/manager.js';
import { inTurn } from '../../src/passes/in-turn.js';
import type { PassReport } from '../../src/passes/pass-facts.js';
import type { PassEnvironment } from '../../src/passes/types.js';
import { worker } from '../../src/passes/worker/worker.js';
import { dispatch } from '../../src/governance/dispatch.js';
import { beginPass, endPass } from '../../src/passes/host/host-driver.js';
import { fieldText } from '../../src/project/field-text.js';
import { openWorkspace } from '../../src/workspace/open-workspace.js';
import {
  environment,
  longrunnerOf,
  type Place,
  placeWithProject,
  restsAfter,
} from './pass-workspace.js';

t.setTimeout(180_000);

const shipped = (path: string): string =>
  readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

/** Writes a page with a new text, and reports what it used; `null`: it reports nothing. */
const agent = (usage: string | null): string =>
  `import { mkdirSync, writeFileSync } from 'node:fs';
mkdirSync('outputs', { recursive: true });
writeFileSync('outputs/page.md', String(process.hrtime.bigint()));
console.log('\`\`\`nocturne-report\\nsummary: one page\\noutputs: [outputs/page.md]\\n${usage === null ? '' : `usage: ${usage}\\n`}\`\`\`');
`;

type Clocked = Place & { readonly clock: { time: Date } };
function placeWith(
  directory: string,
  options: {
    readonly usage: string | null;
    readonly numbers: Readonly<Record<string, number>>;
    readonly tier?: string;
    readonly rest?: number;
  },
): Clocked {
  const { usage, numbers, tier = 'heavy', rest = 99 } = options;
  const user = Object.entries(numbers).reduce(
    (page, [name, value]) => page.replace(`**${name}:** -`, `**${name}:** ${value}`),
    restsAfter(rest),
  );
  const made = placeWithProject(directory, agent(usage), {
    stop: '- file_exists: outputs/never.md',
    files: {
      'USER.md': user,
      'PROJECTS/pages/LONGRUNNER.md': longrunnerOf({
        title: 'Pages',
        mission: 'Test one pass.',
        objective: 'Write the page.',
        first: 'Write the first page.',
        next: ['runner: script', `model_tier: ${tier}`, 'writes: ["outputs/**"]'],
      }),
    },
  });
  const clock = { time: new Date('2026-12-02T22:00:00Z') };
  const workspace = openWorkspace(made.root, { home: made.home, clock: { now: () => clock.time } });
  return { ...made, workspace, clock };
}
const pass = (place: Place, more: Partial<PassEnvironment> = {}): Promise<PassReport> =>
  worker(environment(place, more), { role: 'worker' });
const tierOf = (place: Place, { data }: PassReport): string =>
  place.workspace
    .snapshot()
    .records('AUDIT')
    .filter((row) => fieldText(row, 'run_id') === data.runId && fieldText(row, 'type') === 'budget')
    .map((row) => fieldText(row, 'target'))
    .join();

t.test('a heavy pass that no longer fits is downgraded, and at last none begins', async (t) => {
  const place = placeWith(t.testdir(), {
    usage: '{ tokens_in: 300000, tokens_out: 50000 }',
    numbers: { 'Night tokens': 1_090_000 },
  });
  const reports = [await pass(place), await pass(place)];
  t.same(
    reports.map((report) => tierOf(place, report)),
    ['heavy', 'standard'],
    '740,000 are left for the second',
  );
  place.clock.time = new Date('2026-12-03T02:00:00Z');
  t.equal(tierOf(place, await pass(place)), 'lightweight', '390,000 after midnight as well');
  const over = await pass(place);
  t.match(over, {
    exit: 4,
    outcome: /^did not begin: No pass fits into the rest of this night: .*lightweight may use/,
    data: { project: undefined },
  });
  place.clock.time = new Date('2026-12-03T12:00:00Z');
  t.equal(tierOf(place, await pass(place)), 'heavy', 'the next night begins at noon');
});

t.test('a pass that may not begin does not make its project rest', async (t) => {
  const place = placeWith(t.testdir(), { usage: null, numbers: { 'Night passes': 1 }, rest: 4 });
  await pass(place);
  for (let i = 0; i < 3; i++) t.match(await pass(place), { exit: 4, outcome: /used up: 1 pass\./ });
  t.equal(dispatch(place.workspace.snapshot()).chosen?.slug, 'pages');
  const { records } = place.workspace.snapshot();
  t.match(
    records('RUN').map((run) => fieldText(run, 'outcome')),
    [/^(?:STRONG|ADEQUATE|WEAK|FAIL)/, /^did not begin/, /^did not begin/, /^did not begin/],
  );
});

t.test('what is left of a budget of money is shown to the cent', async (t) => {
  const place = placeWith(t.testdir(), { usage: null, numbers: { 'Night cost': 0.31 } });
  await manager(environment(place), { role: 'manager' });
  const body = fieldText(place.workspace.snapshot().records('BRIEFING')[0], 'body');
  t.match(body, /Left of the night's budget: 0\.31 of 0\.31\./);
});

t.test('a pass that reports nothing counts with its limits, and as unknown', async (t) => {
  const place = placeWith(t.testdir(), { usage: null, numbers: { 'Night tokens': 1_400_000 } });
  await pass(place);
  t.equal(tierOf(place, await pass(place)), 'standard', 'heavy counted 1,000,000');
  await manager(environment(place), { role: 'manager' });
  const body = fieldText(place.workspace.snapshot().records('BRIEFING')[0], 'body');
  t.match(body, /tokens unknown, cost unknown.*\(2 passes reported no tokens\)/);
  t.match(body, /1 pass got a cheaper tier: heavy may use 1000000 tokens/);
  t.match(body, /Left of the night's budget: 0 of 1400000 tokens/);
});

t.test('a pass that never reached its endpoint has used nothing', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  const runners = `${shipped('orchestration-os/RUNNERS.md').trimEnd()}\n\n## away a test\n\n- **Kind:** chat\n- **Endpoint:** http://127.0.0.1:${port}/v1\n- **Api key env:** -\n`;
  const place = placeWithProject(t.testdir(), '', {
    runner: 'away',
    files: {
      'orchestration-os/RUNNERS.md': runners,
      'USER.md': shipped('USER.md').replace('**Night tokens:** -', '**Night tokens:** 700000'),
    },
  });
  const first = await pass(place);
  t.match(first.outcome, /refused the connection/);
  const [run] = place.workspace.snapshot().records('RUN');
  t.match(
    ['tokens_in', 'tokens_out', 'cost'].map((field) => fieldText(run, field)),
    ['0', '0', '0'],
  );
  const second = await pass(place);
  t.equal(tierOf(place, second), 'standard', 'all 700,000 are left for it');
});

t.test('what a running pass may use is reserved, also for passes of other processes', async (t) => {
  const place = placeWith(t.testdir(), {
    usage: '{ tokens_in: 1, tokens_out: 1 }',
    numbers: { 'Night passes': 2, 'Night tokens': 1_300_000 },
  });
  const env = environment(place);
  const begun = await beginPass(env, { role: 'worker' });
  if (begun.kind !== 'brief') throw new Error('it did not begin');
  t.equal(begun.data.brief.budget.maxTokens, 1_000_000);
  const ending = { token: begun.data.token, report: '', model: '' };
  const usage = { tokensIn: 10, tokensOut: 5, cost: 0.1 };
  await t.rejects(pass(place), { code: 'LOCKED' }, 'it works in place, so no other begins');
  await endPass(env, { ...ending, usage });
  const [run] = place.workspace.snapshot().records('RUN');
  t.same(
    ['runner', 'model', 'tokens_in', 'cost'].map((field) => fieldText(run, field)),
    ['host', '', '10', '0.1'],
    'the run names the host that did the work',
  );
  t.equal(tierOf(place, await pass(place)), 'heavy', 'only 15 tokens were used');
  t.match((await pass(place)).data.nightOver, /2 passes/);
});

t.test('a command that was given a budget counts from when it begins', async (t) => {
  const place = placeWith(t.testdir(), {
    usage: '{ tokens_in: 40000, tokens_out: 0, cost: 0.5 }',
    numbers: {},
    tier: 'lightweight',
  });
  const first = await pass(place);
  const budget = { limits: { tokens: 100_000 }, after: first.data.runId };
  const reports = [];
  for (let i = 0; i < 3; i++)
    reports.push(
      await inTurn(environment(place, { budget }), (env) => worker(env, { role: 'worker' })),
    );
  t.match(
    reports.map(({ data }) => data.nightOver),
    [undefined, undefined, /lightweight may use 100000 tokens, and 20000 of 100000 are left/],
  );
  await manager(environment(place), { role: 'manager' });
  const body = fieldText(place.workspace.snapshot().records('BRIEFING')[0], 'body');
  t.match(body, /\*\*The night ended by its budget\.\*\* No pass fits/);
});
