/** A project whose records are unclear is not worked on, and the owner is asked once. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { worker } from '../../src/passes/worker/worker.js';
import { fieldText } from '../../src/project/field-text.js';
import { environment, type Place, placeWithProject, read, REPORT } from './pass-workspace.js';

t.setTimeout(180_000);

const ROW = '| 1 | pages | PROJECTS/pages/LONGRUNNER.md | write | active | - | - |\n';

for (const [name, path, from, to, why] of [
  ['two rows', 'ACTIVE-PROJECTS.md', ROW, `${ROW}${ROW.replace('1', '2')}`, /has 2 rows/],
  [
    'front matter that is not YAML',
    'PROJECTS/pages/LONGRUNNER.md',
    'mission: Test one pass.',
    'mission: Greenhouse: which plants',
    /LONGRUNNER\.md cannot be read at line 2: .*a colon/,
  ],
] as const)
  t.test(`${name}: no agent runs, and one question waits`, async (t) => {
    const place = placeWithProject(t.testdir(), REPORT);
    const text = read(place, path);
    t.ok(text.includes(from));
    writeFileSync(join(place.root, path), text.replace(from, to));
    const before = read(place, path);
    for (const round of ['first', 'second']) {
      const pass = await worker(environment(place), { role: 'worker' });
      t.match(pass.outcome, why, `${round}: says why`);
    }
    t.match(questions(place), [why]);
    t.equal(questions(place).length, 1, 'asked once');
    t.equal(read(place, path), before, 'the page is left alone');
  });

function questions(place: Place): readonly string[] {
  return place.workspace
    .snapshot()
    .records('NOTIFICATION')
    .map((record) => fieldText(record, 'action_needed'));
}

t.test('the question about a phase that was renamed says what to do, and that works', async (t) => {
  const place = placeWithProject(t.testdir(), REPORT);
  const path = 'PROJECTS/pages/PHASES.md';
  const shipped = read(place, path);
  writeFileSync(join(place.root, path), shipped.replace('## write', '## draft'));
  const pass = (): ReturnType<typeof worker> => worker(environment(place), { role: 'worker' });
  await pass();
  t.match(questions(place), [
    /^pages: the phase "write" is not declared in PROJECTS\/pages\/PHASES\.md\. Declare it there, or name one of its phases in PROJECTS\/pages\/LONGRUNNER\.md, then answer yes, or answer no to pause the project\.$/,
  ]);
  writeFileSync(join(place.root, path), shipped);
  const page = read(place, 'NOTIFICATIONS.md');
  writeFileSync(join(place.root, 'NOTIFICATIONS.md'), page.replace(/(?<=Answer:\*\*) -/, ' yes'));
  t.equal((await pass()).data.project, 'pages', 'it goes on');
});
