/** A step whose changes the owner has to look at, from the page to the merge. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import {
  BOXED,
  chatRunnerAt,
  type Place,
  programRunner,
  REPORT,
  runnersPage,
  tiersWith,
} from '../../../passes/pass-workspace.js';
import { scriptedOpenai } from '../../../support/scripted-openai.js';
import { fieldText } from '../../../../src/project/field-text.js';
import { nocturne, placeWithPlan, planOf, planPage, statesOf } from '../run/plan-place.js';

t.setTimeout(480_000);

const hasSandbox = spawnSync('bwrap', ['--version']).error === undefined;
const skip = !hasSandbox && 'bubblewrap is not installed';

const AGENT = `import { mkdirSync, writeFileSync } from 'node:fs';
mkdirSync('outputs', { recursive: true });
writeFileSync('outputs/page.md', '# A page\\n\\nThe first of all pages.\\n');
${REPORT}`;

const STEPS = `
- id: page
  title: Write the page
  retries: 0
  run: runner
  objective: Write a page.
  produces: [outputs/page.md]
  criteria:
    - matches: { in: outputs/page.md, pattern: "^# A page" }
- id: count
  title: Count its words
  run: command
  command: [sh, -c, "wc -w < outputs/page.md > outputs/count.txt"]
  consumes: [outputs/page.md]
  produces: [outputs/count.txt]
`;

const withLimit = (limit: string) => planPage(STEPS).replace('status:', `${limit}\nstatus:`);

const reviewPath = 'PROJECTS/pages/reviews/page-1.md';
const merged = ({ root }: Place) => existsSync(join(root, 'PROJECTS/pages/outputs/page.md'));

async function reviewed(directory: string): Promise<Place> {
  const place = placeWithPlan(directory, withLimit('owner_lines: 2'), { agent: AGENT });
  await nocturne(place, 'plan', 'run', 'pages');
  return place;
}

async function answer(place: Place, word: string): Promise<void> {
  const question = place.workspace
    .snapshot()
    .records('NOTIFICATION')
    .find((record) => fieldText(record, 'topic') === 'plan/pages/page');
  const said = await nocturne(place, 'answer', question?.key ?? '', word);
  if (said.exitCode !== 0) throw new Error(said.stdout + said.stderr);
}

t.test('nothing is merged before the yes, and then exactly what was shown', { skip }, async (t) => {
  const place = await reviewed(t.testdir());
  t.same(statesOf(place), { page: 'review', count: 'waiting' });
  t.notOk(merged(place), 'the workspace is as it was');
  const page = readFileSync(join(place.root, reviewPath), 'utf8');
  t.match(page, /## Why you are asked\n\nIt changes 3 lines; 2 need no look\./);
  t.match(page, /- `matches: .*`: met/, 'what was proved');
  t.match(page, /- `PROJECTS\/pages\/outputs\/page\.md` is new/, 'what it touches');
  t.match(page, / {4}\+The first of all pages\./, 'the difference');
  await answer(place, 'yes');
  const { stdout, stderr } = await nocturne(place, 'plan', 'run', 'pages');
  t.same(statesOf(place), { page: 'proved', count: 'proved' }, `${stdout}${stderr}`);
  t.match(readFileSync(join(place.root, 'PROJECTS/pages/outputs/page.md'), 'utf8'), /first of all/);
  t.equal(planOf(place).steps.get('page')?.tries, 2, 'the second run only brought it in');
  t.equal((await nocturne(place, 'gate')).exitCode, 0);
});

t.test('a no sends the step back, and nothing of it is merged', { skip }, async (t) => {
  const place = await reviewed(t.testdir());
  await answer(place, 'no');
  const { stdout, stderr } = await nocturne(place, 'plan', 'run', 'pages');
  t.same(statesOf(place), { page: 'failed', count: 'blocked' }, `${stdout}${stderr}`);
  t.match(planOf(place).steps.get('page')?.why, 'You sent it back.');
  t.notOk(merged(place));
});

const FINDING = {
  file: 'PROJECTS/pages/outputs/page.md',
  line: 3,
  text: 'It is not the first page.',
  severity: 'high',
};

t.test('a grader sends back what it finds at fault, or lets it pass', { skip }, async (t) => {
  for (const [grade, findings, state, why] of [
    ['WEAK', [FINDING], 'failed', /page\.md:3 \(high\): "It is not the first page\."/],
    ['STRONG', [], 'proved', undefined],
  ] as const) {
    const say = JSON.stringify({ grade, findings });
    const server = await scriptedOpenai([
      { say, usage: { prompt_tokens: 700, completion_tokens: 30 } },
    ]);
    t.teardown(() => server.close());
    const place = placeWithPlan(t.testdir(), withLimit('grader_lines: 2'), {
      agent: AGENT,
      files: {
        'MODEL-TIERS.md': tiersWith('| grader | grading | small | 5 | - | - | - | - |'),
        'orchestration-os/RUNNERS.md': `${runnersPage(programRunner(BOXED))}
## grading a test

${chatRunnerAt(server.endpoint)}`,
      },
    });
    const { stdout, stderr } = await nocturne(place, 'plan', 'run', 'pages');
    t.equal(statesOf(place).page, state, `${grade}: ${stdout}${stderr}`);
    t.equal(merged(place), state === 'proved', `${grade}: merged`);
    if (why !== undefined) t.match(planOf(place).steps.get('page')?.why, why);
    t.equal(server.requests.length, 1, 'it was asked once');
  }
});

t.test('where nobody can grade, the owner has to look', { skip }, async (t) => {
  const place = placeWithPlan(t.testdir(), withLimit('grader_lines: 2'), { agent: AGENT });
  await nocturne(place, 'plan', 'run', 'pages');
  t.same(statesOf(place), { page: 'review', count: 'waiting' });
});
