/** `plan run`: the steps of a plan, one after the other or at once, until none is ready. */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { REPORT } from '../../../passes/pass-workspace.js';
import { fieldText } from '../../../../src/project/field-text.js';
import { livePasses } from '../../../../src/workspace/pass-lock.js';
import { nocturne, placeWithPlan, planOf, planPage, statesOf } from './plan-place.js';

t.setTimeout(480_000);

const hasSandbox = spawnSync('bwrap', ['--version']).error === undefined;
const skip = !hasSandbox && 'bubblewrap is not installed';

const AGENT = `import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
writeFileSync('outputs/page.md', '# Page of ' + readFileSync('outputs/names.txt', 'utf8'));
${REPORT}`;

const STEPS = `
- id: names
  title: Collect the names
  run: command
  command: [sh, -c, "mkdir -p outputs; echo rivers > outputs/names.txt"]
  produces: [outputs/names.txt]
- id: page
  title: Write the page
  run: runner
  objective: Write a page about the names.
  consumes: [outputs/names.txt]
  produces: [outputs/page.md]
  criteria:
    - matches: { in: outputs/page.md, pattern: "^# Page of rivers" }
- id: count
  title: Count its words
  run: command
  command: [sh, -c, "wc -w < outputs/page.md > outputs/count.txt"]
  consumes: [outputs/page.md]
  produces: [outputs/count.txt]
`;

t.test('two programs and an agent do their steps, each on what was proved', { skip }, async (t) => {
  const place = placeWithPlan(t.testdir(), planPage(STEPS), { agent: AGENT });
  const dry = await nocturne(place, 'plan', 'run', 'pages', '--dry-run');
  t.equal(dry.exitCode, 0, `${dry.stdout}${dry.stderr}`);
  t.match(dry.stdout, /names.*sh -c/);
  t.notMatch(dry.stdout, 'times');
  const { exitCode, stdout, stderr } = await nocturne(place, 'plan', 'run', 'pages');
  t.equal(exitCode, 0, `${stdout}${stderr}`);
  t.same(statesOf(place), { names: 'proved', page: 'proved', count: 'proved' });
  t.equal(planOf(place).status, 'done');
  t.equal(readFileSync(join(place.root, 'PROJECTS/pages/outputs/count.txt'), 'utf8').trim(), '4');
  const { steps } = planOf(place);
  t.same(steps.get('count')?.consumed, {
    'outputs/page.md': steps.get('page')?.produced?.['outputs/page.md'],
  });
  const again = await nocturne(place, 'plan', 'run', 'pages', '--json');
  t.match(JSON.parse(again.stdout), { ok: true, runs: [] }, 'nothing is run again');
  t.equal((await nocturne(place, 'gate')).exitCode, 0);
});

t.test('a result that is gone is made again, and the log has the reason', { skip }, async (t) => {
  const [names = ''] = STEPS.split('- id: page');
  const question = '- id: look\n  run: human\n  needs: names\n  question: Is it good?\n';
  const place = placeWithPlan(t.testdir(), planPage(names + question));
  await nocturne(place, 'plan', 'run', 'pages');
  rmSync(join(place.root, 'PROJECTS/pages/outputs/names.txt'));
  await nocturne(place, 'plan', 'run', 'pages');
  t.match(planOf(place).steps.get('names'), { state: 'proved', tries: 2 });
  const why = await nocturne(place, 'plan', 'why', 'names');
  t.match(why.stdout, /retried +nocturne +outputs\/names\.txt is gone\./);
});

t.test('what comes next is the next step of a plan, or nothing while it waits', async (t) => {
  const steps =
    '- id: go\n  title: Go there\n  run: command\n  command: [echo, gone]\n- id: look\n  run: human\n  needs: go\n  question: Is it good?\n';
  const place = placeWithPlan(t.testdir(), planPage(steps, 'draft'));
  const shown = async (...words: readonly string[]): Promise<string> =>
    (await nocturne(place, ...words)).stdout;
  await nocturne(place, 'plan', 'approve', 'pages');
  t.match(await shown('status'), 'Next: plan/pages/go/1 (');
  t.match(await shown('briefing'), '- first pages: Go there');
  t.match(
    await shown('run', 'worker', '--dry-run'),
    /would work on plan\/pages\/go\/1 \(.*Go there/,
  );
  await nocturne(place, 'plan', 'run', 'pages');
  t.match(await shown('status'), 'Next: no project can continue without you.');
  t.match(await shown('briefing'), '- not yet pages: its plan is running');
  t.match(await shown('run', 'worker', '--dry-run'), 'would be idle');
});

t.test(
  'the folder of what a program has to produce is there before it begins',
  { skip },
  async (t) => {
    const steps = `
- id: one
  run: command
  command: [sh, -c, "echo x > outputs/deep/one.txt"]
  produces: [outputs/deep/one.txt]
`;
    const place = placeWithPlan(t.testdir(), planPage(steps));
    const { stdout, stderr } = await nocturne(place, 'plan', 'run', 'pages');
    t.notMatch(`${stdout}${stderr}`, 'nonexistent');
    t.equal(readFileSync(join(place.root, 'PROJECTS/pages/outputs/deep/one.txt'), 'utf8'), 'x\n');
  },
);

t.test('a program that failed is told by its exit code and its last words', { skip }, async (t) => {
  const steps = `
- id: one
  run: command
  command: [sh, -c, "echo no such shop >&2; exit 2"]
  retries: 0
`;
  const place = placeWithPlan(t.testdir(), planPage(steps));
  const { stdout } = await nocturne(place, 'plan', 'run', 'pages');
  t.equal(planOf(place).steps.get('one')?.why, '`sh` exited with code 2: no such shop');
  t.notMatch(stdout, 'report');
  const briefing = await nocturne(place, 'briefing', '--since', '1d');
  t.match(
    briefing.stdout,
    'The plan pages failed: step one: sh exited with code 2: no such shop. Run `nocturne plan retry pages one`.',
  );
  t.match(briefing.stdout, 'What failed (1)', 'its run is not told about once more');
  t.match(briefing.stdout, 'Waiting for you (0)');
});

t.test('a run ends when the owner decides its step, and its pass as usual', { skip }, async (t) => {
  const long = '- id: long\n  title: Wait\n  run: command\n  command: [sleep, "300"]\n';
  const place = placeWithPlan(t.testdir(), planPage(long));
  const driver = nocturne(place, 'plan', 'run', 'pages');
  while (statesOf(place)['long'] !== 'running') await new Promise((done) => setTimeout(done, 100));
  const { stdout } = await nocturne(place, 'plan', 'abort', 'pages');
  t.match(stdout, /^RUN-\d+-001 is cancelled: long was decided$/m);
  t.match(await driver, { exitCode: 1 });
  const [run] = place.workspace.snapshot().records('RUN');
  t.match(fieldText(run, 'outcome'), /cancelled/);
  t.same(livePasses(place.root, place.workspace.clock), [], 'its claim is given back');
  t.equal((await nocturne(place, 'gate')).exitCode, 0);
});
