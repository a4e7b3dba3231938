/** A step with tags becomes a task of the mesh, and every end of that task advances the plan. */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readPlan } from '../../../../src/modules/plans/page/read-plan.js';
import { beforePasses } from '../../../../src/modules/plans/run/plan-moments.js';
import { openWorkspace } from '../../../../src/workspace/open-workspace.js';
import type { Place } from '../../../passes/pass-workspace.js';
import { nocturne, placeWithPlan, planOf, planPage, statesOf } from './plan-place.js';

t.setTimeout(240_000);

const STEPS = `
- id: train
  title: Train the model
  objective: Train it on the data.
  tags: [gpu]
  produces: [outputs/model.txt]
  criteria:
    - file_exists: outputs/model.txt
  retries: 0
  deadline: 6h
- id: report
  title: Report
  run: command
  command: [sh, -c, "wc -c < outputs/model.txt > outputs/size.txt"]
  needs: [train]
  consumes: [outputs/model.txt]
  produces: [outputs/size.txt]
`;
const TASK = 'mesh/outbox/plan-pages-train.md';

/** As the first step of a pass does, until nothing is left to take in. @param hours later */
async function takeIn(place: Place, hours = 0): Promise<void> {
  const clock = { now: () => new Date(Date.now() + hours * 3_600_000) };
  const workspace = openWorkspace(place.root, { home: place.home, clock });
  for (let rounds = 0; rounds < 5; rounds++) {
    const change = await beforePasses(workspace.snapshot());
    if (change === undefined) return;
    workspace.commit({ actor: { kind: 'nocturne', name: 'plans' }, runId: '', ...change });
  }
  throw new Error('it does not come to rest');
}

async function proposed(t: { testdir(): string }): Promise<Place> {
  const place = placeWithPlan(t.testdir(), planPage(STEPS));
  await takeIn(place);
  return place;
}

/** As the mesh writes it. */
function becomes(place: Place, lines: string): void {
  const path = join(place.root, TASK);
  const text = readFileSync(path, 'utf8').replace(/^(?:state|why|attempt|node): .*\n/gm, '');
  writeFileSync(path, text.replace(/\n---\n/, `\n${lines}---\n`));
}

function brings(place: Place, text: string): void {
  mkdirSync(join(place.root, 'PROJECTS/pages/outputs'), { recursive: true });
  writeFileSync(join(place.root, 'PROJECTS/pages/outputs/model.txt'), text);
}

const whyOf = (place: Place): string | undefined => planOf(place).steps.get('train')?.why;

t.test('the step is proposed once, and no pass here does it', async (t) => {
  const place = await proposed(t);
  const page = readFileSync(join(place.root, TASK), 'utf8');
  t.match(page, /title: Train the model\nproject: pages\ntags:\n? *[-[] ?gpu/);
  t.match(page, /```yaml criteria\n- file_exists: outputs\/model\.txt/);
  t.match(planOf(place).steps.get('train'), { state: 'running', runId: 'plan-pages-train' });
  await takeIn(place);
  t.same(readdirSync(join(place.root, 'mesh/outbox')), ['plan-pages-train.md']);
  const run = await nocturne(place, 'plan', 'run', 'pages', '--json');
  t.match(JSON.parse(run.stdout), { runs: [] });
  t.equal((await nocturne(place, 'validate')).exitCode, 0);
});

t.test('completed: the step is proved, and the next one works on what came home', async (t) => {
  const place = await proposed(t);
  brings(place, 'weights');
  becomes(place, 'state: completed\nattempt: 1\nnode: left\n');
  await takeIn(place);
  t.same(statesOf(place), { train: 'proved', report: 'ready' });
  t.match(Object.keys(planOf(place).steps.get('train')?.produced ?? {}), ['outputs/model.txt']);
  const run = await nocturne(place, 'plan', 'run', 'pages');
  t.equal(planOf(place).status, 'done', run.stdout + run.stderr);
});

for (const [state, why, expected] of [
  ['released', 'left crashed', /No node did it: left crashed/],
  ['rejected', 'no node has the tag', /The task was rejected: no node has the tag/],
  ['cancelled', 'by the owner', /You cancelled its task/],
] as const)
  t.test(`${state}: the step has failed, and its dependants are blocked`, async (t) => {
    const place = await proposed(t);
    becomes(place, `state: ${state}\nattempt: 1\nwhy: ${why}\n`);
    await takeIn(place);
    t.same(statesOf(place), { train: 'failed', report: 'blocked' });
    t.match(whyOf(place), expected);
    t.equal(planOf(place).status, 'failed');
    const again = await nocturne(place, 'plan', 'retry', 'pages', 'train');
    t.equal(again.exitCode, 0, again.stderr);
    await takeIn(place);
    t.match(planOf(place).steps.get('train'), { state: 'running', runId: 'plan-pages-train-2' });
  });

t.test('failed: the mesh tries it elsewhere, and the step goes on', async (t) => {
  const place = await proposed(t);
  becomes(place, 'state: failed\nattempt: 1\nnode: left\nwhy: it broke\n');
  await takeIn(place);
  t.same(statesOf(place), { train: 'running', report: 'waiting' });
});

t.test('a deadline that passes fails the step and withdraws the task', async (t) => {
  const place = await proposed(t);
  becomes(place, 'state: queued\nattempt: 1\n');
  await takeIn(place, 5);
  t.equal(statesOf(place)['train'], 'running');
  await takeIn(place, 7);
  t.same(statesOf(place), { train: 'failed', report: 'blocked' });
  t.match(whyOf(place), /No node has done it by/);
  t.match(readFileSync(join(place.root, TASK), 'utf8'), /state: cancelled/);
});

t.test('a page that is gone is proposed again', async (t) => {
  const place = await proposed(t);
  rmSync(join(place.root, TASK));
  await takeIn(place);
  t.equal(statesOf(place)['train'], 'running');
  t.ok(existsSync(join(place.root, TASK)));
});

t.test('an abort withdraws the task, and a resumed plan proposes it again', async (t) => {
  const place = await proposed(t);
  t.equal((await nocturne(place, 'plan', 'abort', 'pages')).exitCode, 0);
  await takeIn(place);
  t.match(readFileSync(join(place.root, TASK), 'utf8'), /state: cancelled/);
  t.equal(planOf(place).status, 'aborted');
  t.equal((await nocturne(place, 'plan', 'resume', 'pages')).exitCode, 0);
  await takeIn(place);
  t.match(planOf(place).steps.get('train'), { state: 'running', runId: 'plan-pages-train-2' });
});

t.test('what only a pass here could use is refused in a step with tags', (t) => {
  const place = placeWithPlan(
    t.testdir(),
    planPage(`${STEPS}- id: more\n  tags: [gpu]\n  tier: heavy\n`),
  );
  const { problems } = readPlan(place.workspace.snapshot(), 'pages');
  t.match(problems, [{ message: 'a step with tags has no "tier": the node that does it decides' }]);
  t.end();
});
