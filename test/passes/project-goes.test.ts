/** The owner pauses, gives up or deletes a project while a pass works on it. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { worker } from '../../src/passes/worker/worker.js';
import { beginPass, endPass } from '../../src/passes/host/host-driver.js';
import { fieldText } from '../../src/project/field-text.js';
import { livePasses } from '../../src/workspace/pass-lock.js';
import { callCommand } from '../surfaces/cli/run-cli.js';
import {
  environment,
  type Place,
  placeWithProject,
  REPORT,
  runnersPage,
} from './pass-workspace.js';

t.setTimeout(180_000);

const PAGE = '# Page\n\n## Entries\n\n- name: one\n- name: two\n';
const report = (more = ''): string =>
  `\`\`\`nocturne-report\nsummary: one page\noutputs: [outputs/page.md]\n${more}\`\`\`\n`;
const ASKS = 'escalation: { priority: high, question: "Which river is next?" }\n';

const CASES = [
  ['pause', report(), PAGE, /pages is paused since this pass began, so its phase did not end/, 0],
  ['abandon', report(), PAGE, /pages is abandoned since this pass began, so its/, 0],
  ['pause', report(ASKS), '# Page\n', /one page/, 1],
  ['abandon', report(ASKS), '# Page\n', /one page/, 0],
] as const;
for (const [word, said, page, outcome, questions] of CASES)
  t.test(`project ${word} while the agent ${questions === 1 ? 'asks' : 'works'}`, async (t) => {
    const place = placeWithProject(t.testdir(), '');
    const env = environment(place);
    const begun = await beginPass(env, { role: 'worker' });
    if (begun.kind !== 'brief') throw new Error('no pass began');
    mkdirSync(join(place.root, 'PROJECTS/pages/outputs'), { recursive: true });
    writeFileSync(join(place.root, 'PROJECTS/pages/outputs/page.md'), page);
    await callCommand(place, ['project', word, 'pages']);
    const ended = await endPass(env, {
      token: begun.data.token,
      report: said,
      model: 'm',
      usage: { tokensIn: 10, tokensOut: 5, cost: 0 },
    });
    t.match(ended, { exit: 0, outcome });
    t.same(livePasses(place.root, place.workspace.clock), []);
    const snapshot = place.workspace.snapshot();
    t.equal(
      fieldText(snapshot.record('DISPATCH', 'pages'), 'status'),
      word === 'pause' ? 'paused' : 'abandoned',
    );
    t.equal(snapshot.records('NOTIFICATION').length, questions);
    t.match(fieldText(snapshot.record('PROJECT', 'pages'), 'last_pass.outputs'), /page\.md/);
  });

const AGENT = `import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
const go = process.env.NOCTURNE_WORKSPACE + '/memory/go.md';
while (!existsSync(go)) await new Promise((done) => setTimeout(done, 20));
mkdirSync('outputs', { recursive: true });
writeFileSync('outputs/page.md', ${JSON.stringify(PAGE)});
${REPORT}`;
const edit = (place: Place, path: string, change: (text: string) => string): void => {
  const file = join(place.root, path);
  writeFileSync(file, change(readFileSync(file, 'utf8')));
};
const ROW = /^\| 1 \| pages .*\n/m;
const DELETED: Readonly<Record<string, (place: Place) => void>> = {
  'its row is deleted': (place) =>
    edit(place, 'ACTIVE-PROJECTS.md', (text) => text.replace(ROW, '')),
  'its page is deleted': (place) => rmSync(join(place.root, 'PROJECTS/pages/LONGRUNNER.md')),
  'its folder is deleted': (place) =>
    rmSync(join(place.root, 'PROJECTS/pages'), { recursive: true }),
  'folder and row are deleted': (place) => {
    rmSync(join(place.root, 'PROJECTS/pages'), { recursive: true });
    edit(place, 'ACTIVE-PROJECTS.md', (text) => text.replace(ROW, ''));
  },
};
const skip = spawnSync('bwrap', ['--version']).error !== undefined && 'bubblewrap is not installed';
for (const [name, change] of Object.entries(DELETED))
  t.test(`${name} while a pass works in its copy`, { skip }, async (t) => {
    const place = placeWithProject(t.testdir(), AGENT, {
      runner: 'boxed',
      files: { 'orchestration-os/RUNNERS.md': runnersPage() },
    });
    const running = worker(environment(place), { role: 'worker' });
    const works = (): boolean =>
      livePasses(place.root, place.workspace.clock).some((claim) => claim.working === true);
    for (let i = 0; !works() && i < 600; i++) await new Promise((done) => setTimeout(done, 50));
    change(place);
    writeFileSync(join(place.root, 'memory/go.md'), '# Go\n');
    const ended = await running;
    t.match(ended, {
      exit: 1,
      outcome:
        /^pages was deleted during this pass \((?:its row in ACTIVE-PROJECTS\.md|PROJECTS\/pages\/LONGRUNNER\.md)\), so nothing was recorded/,
    });
    t.same(livePasses(place.root, place.workspace.clock), []);
    t.equal(place.workspace.snapshot().records('RUN').length, 1);
  });

t.test('a pass for a project that does not exist is an error, and none begins', async (t) => {
  const place = placeWithProject(t.testdir(), '');
  for (const words of [
    ['run', 'worker', '--project', 'page'],
    ['run', 'worker', '--dry-run', '--project', 'page'],
    ['pass', 'begin', '--project', 'page'],
  ]) {
    const { exit, text } = await callCommand(place, words);
    t.match([exit, text], [2, /there is no project "page"[\s\S]*pages/], words.join(' '));
  }
  t.equal(place.workspace.snapshot().records('RUN').length, 0);
});
