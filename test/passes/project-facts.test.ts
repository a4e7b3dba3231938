/** What is told of a project: its stop condition now, its progress pass by pass, who wrote what. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { projectFacts, type ProjectFacts } from '../../src/passes/project-facts.js';
import { worker } from '../../src/passes/worker/worker.js';
import { openWorkspace } from '../../src/workspace/open-workspace.js';
import { systemClock } from '../../src/kernel/clock.js';
import { environment, type Place, placeWithProject, REPORT } from './pass-workspace.js';

/** One entry more in each pass. */
const AGENT = `import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
mkdirSync('outputs', { recursive: true });
const page = 'outputs/page.md';
const before = existsSync(page) ? readFileSync(page, 'utf8') : '# Page\\n\\n## Entries\\n\\n';
writeFileSync(page, before + '- name: entry ' + before.length + '\\n');
${REPORT}`;
const STOP =
  '- entries: { in: "outputs/*.md", under: "## Entries", at_least: 2, each_has: [name] }\n- command: [node, check.mjs]';

async function factsOf({ root, home }: Place): Promise<ProjectFacts> {
  const workspace = openWorkspace(root, { home, clock: systemClock });
  const snapshot = workspace.snapshot();
  const project = snapshot.record('PROJECT', 'pages');
  if (project === undefined) throw new Error('no project');
  const facts = await projectFacts(workspace, snapshot, project);
  workspace.close();
  return facts;
}

t.test('the stop condition as it is now, and after each pass', async (t) => {
  const place = placeWithProject(t.testdir(), AGENT, {
    stop: STOP,
    files: { 'PROJECTS/pages/check.mjs': 'process.exit(0);\n' },
  });
  const first = await factsOf(place);
  t.match(first, { course: [], passes: [], outputs: [], distance: 1, priority: 1, phase: 'write' });
  t.match(first.stop[1], { holds: false, found: 'it has not run yet' }, 'no program is run');

  await worker(environment(place), { role: 'worker' });
  const second = await factsOf(place);
  t.match(second.stop[0], { holds: false, found: '1 entry', distance: 0.5 });
  t.equal(second.course.length, 1);
  const [half] = second.course;
  t.ok(half !== undefined && half.distance > 0 && half.distance < 1);
  t.match(
    second.files.find(({ path }) => path.endsWith('page.md')),
    {
      writer: 'worker',
      run: second.passes[0]?.run,
    },
  );
  t.match(
    second.files.find(({ path }) => path.endsWith('PHASES.md')),
    { writer: '', run: '' },
  );

  await worker(environment(place), { role: 'worker' });
  const third = await factsOf(place);
  t.equal(third.distance, 0);
  t.strictSame(
    third.course.map(({ distance, phase }) => [distance, phase]),
    [
      [half?.distance, 'write'],
      [0, 'write'],
    ],
  );
  t.equal(third.passes[0]?.run, third.course[1]?.run, 'passes: the last one first');
  t.equal(third.questions.length, 1, 'the stop condition is met, and the owner is asked');

  rmSync(join(place.root, 'PROJECTS/pages/outputs/page.md'));
  writeFileSync(join(place.root, 'PROJECTS/pages/outputs/mine.md'), '# Mine\n');
  const now = await factsOf(place);
  t.match(now.stop[0], { holds: false }, 'it is looked at now, not as the last pass left it');
  t.equal(now.course.at(-1)?.distance, 0, 'what was, stays');
  t.match(
    now.files.find(({ path }) => path.endsWith('mine.md')),
    { writer: '', written: '' },
  );
});
