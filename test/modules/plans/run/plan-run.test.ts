/** `plan run`: the steps of a plan, one after the other or at once, until none is ready. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { REPORT } from '../../../passes/pass-workspace.js';
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
