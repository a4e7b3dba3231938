/** The driver of a plan dies in the middle of a commit, and the owner edits the page before the next. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { fieldText } from '../../../../src/project/field-text.js';
import type { Place } from '../../../passes/pass-workspace.js';
import { nocturne, placeWithPlan, planOf, planPage, statesOf } from './plan-place.js';
import { childProgram } from '../../../support/child-program.js';

t.setTimeout(300_000);

const hasSandbox = spawnSync('bwrap', ['--version']).error === undefined;
const skip = !hasSandbox && 'bubblewrap is not installed';
const CHILD = childProgram('./drive-child.js', import.meta.url);

const adds = (id: string, needs: string): string => `
- id: ${id}
  title: Add ${id}
  run: command
  needs: [${needs}]
  command: [sh, -c, "mkdir -p outputs; echo ${id} >> outputs/lines.txt"]
  writes: [outputs/lines.txt]
`;
const STEPS = adds('one', '') + adds('two', 'one');
const DONE = { one: 'proved', two: 'proved' };

const pageOf = ({ root }: Place): string => join(root, 'PROJECTS/pages/PLAN.md');

function driven({ root, home }: Place, ...cut: readonly string[]): string {
  const { stdout, stderr } = spawnSync(process.execPath, [CHILD, root, home, '2', ...cut]);
  return `${stdout.toString()}${stderr.toString()}`;
}

/** @param text what the owner makes of the page after the crash. */
function afterCrash(place: Place, cut: readonly string[], text = (page: string) => page): string {
  driven(place, ...cut);
  const page = readFileSync(pageOf(place), 'utf8');
  if (text(page) !== page) writeFileSync(pageOf(place), text(page));
  return driven(place);
}

const linesOf = ({ root }: Place): string =>
  readFileSync(join(root, 'PROJECTS/pages/outputs/lines.txt'), 'utf8');

for (const moment of ['before', 'after'] as const)
  for (const nth of ['1', '2'])
    t.test(`half of a commit hides no ready step: ${moment} page ${nth}`, { skip }, (t) => {
      const place = placeWithPlan(t.testdir(), planPage(STEPS));
      const said = afterCrash(place, [nth, moment]);
      t.same(statesOf(place), DONE, said);
      t.equal(planOf(place).status, 'done');
      t.equal(linesOf(place), 'one\ntwo\n', 'nothing is done twice');
      t.end();
    });

for (const nth of ['1', '2'])
  t.test(
    `an edit of a page that a commit was about to replace is taken in: page ${nth}`,
    { skip },
    async (t) => {
      const place = placeWithPlan(t.testdir(), planPage(STEPS));
      const said = afterCrash(
        place,
        [nth, 'before'],
        (page) => `${page.replace('title: Add two', 'title: Add two now')}\nA note.\n`,
      );
      t.same(statesOf(place), DONE, said);
      const { definitions, status } = planOf(place);
      t.equal(status, 'done');
      t.equal(definitions.find(({ id }) => id === 'two')?.title, 'Add two now');
      t.match(readFileSync(pageOf(place), 'utf8'), /title: Add two now[^]*\n\nA note\.\n/);
      const notes = place.workspace.snapshot().records('NOTIFICATION');
      const told = notes.map((note) => fieldText(note, 'action_needed'));
      t.match(told, [/^You saved PROJECTS\/pages\/PLAN\.md while ".*" changed it\./]);
      t.equal((await nocturne(place, 'gate')).exitCode, 0);
      place.workspace.close();
    },
  );

t.test('a note alone, saved in that moment, stays on the page', { skip }, (t) => {
  const place = placeWithPlan(t.testdir(), planPage(STEPS));
  const said = afterCrash(place, ['4', 'before'], (page) => `${page}\nA note.\n`);
  t.same(statesOf(place), DONE, said);
  const page = readFileSync(pageOf(place), 'utf8');
  t.match(page, 'A note.');
  t.match(page, /\| two \| proved \|/);
  t.equal(linesOf(place), 'one\ntwo\n', 'nothing is done twice');
  t.end();
});

t.test('a run that leaves steps that are ready says why', { skip }, async (t) => {
  const place = placeWithPlan(t.testdir(), planPage(STEPS));
  const first = await nocturne(place, 'plan', 'run', 'pages', '--passes', '1');
  t.match(first.stdout, /^two: ready\. Not run: 1 pass was the most$/m);
  const page = readFileSync(pageOf(place), 'utf8');
  writeFileSync(pageOf(place), page.replace(/revision: \d+/, 'revision: 2'));
  const old = await nocturne(place, 'plan', 'run', 'pages', '--json');
  t.match(`${old.stdout}${old.stderr}`, 'this page is an old copy');
  writeFileSync(pageOf(place), page);
  const table = join(place.root, 'ACTIVE-PROJECTS.md');
  writeFileSync(table, readFileSync(table, 'utf8').replace('| active |', '| paused |'));
  const paused = await nocturne(place, 'plan', 'run', 'pages');
  t.match(paused.stdout, /^two: ready\. Not run: its status is paused$/m);
});
