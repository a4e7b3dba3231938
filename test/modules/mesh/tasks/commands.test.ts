/** `mesh propose`, `tasks`, `cancel` and `retry`, in a workspace whose mesh is off. */
import t from 'tap';
import { pageChange, taskPage } from '../../../../src/modules/mesh/tasks/task-page.js';
import { placeWithProject, read, type Place } from '../../../passes/pass-workspace.js';
import { type CliOutcome, callCommand } from '../../../surfaces/cli/run-cli.js';

t.setTimeout(120_000);

const call = (place: Place, ...words: string[]): Promise<CliOutcome> =>
  callCommand(place, ['mesh', ...words]);
const GOOD = ['propose', 'pages', 'Draw the map', '--writes', 'outputs/**', '--objective', 'Draw.'];

function release({ workspace }: Place): void {
  workspace.commit((view) => {
    const page = taskPage(view, 'draw-the-map');
    if (page === undefined) throw new Error('no page');
    const next = { state: 'released', attempt: 3, leftOut: ['big'], why: 'it failed' } as const;
    return {
      actor: { kind: 'nocturne', name: 'mesh' },
      runId: '',
      ...pageChange(view, page, next),
    };
  });
}

t.test('an owner proposes, looks, cancels and tries again', async (t) => {
  const place = placeWithProject(t.testdir(), '');
  const proposed = await call(place, ...GOOD, '--criteria', '- file_exists: outputs/map.svg');
  t.match(proposed.text, /Wrote mesh\/outbox\/draw-the-map\.md\.\nThe mesh is off/);
  t.match(read(place, 'mesh/outbox/draw-the-map.md'), '```yaml criteria\n- file_exists:');
  const again = await call(place, ...GOOD);
  t.match(again.json, { task: 'draw-the-map-2' }, 'another name');
  t.match((await call(place, 'tasks')).text, /The mesh is off.*draw-the-map +proposed/s);
  t.match((await call(place, 'cancel', 'draw-the-map-2')).text, 'draw-the-map-2 is cancelled.');
  t.match(read(place, 'mesh/inbox/draw-the-map-2-1-cancelled.md'), 'cancelled by the owner');
  const twice = await call(place, 'cancel', 'draw-the-map-2');
  t.match(twice, { exit: 1 });
  t.match(JSON.stringify(twice), 'it is already cancelled');
  t.notMatch((await call(place, 'tasks')).text, 'draw-the-map-2');
  t.match(JSON.stringify(await call(place, 'retry', 'draw-the-map')), 'it is proposed, and only');
  release(place);
  t.match((await call(place, 'retry', 'draw-the-map')).text, 'draw-the-map is queued.');
  const page = taskPage(place.workspace.snapshot(), 'draw-the-map');
  t.match(page, { state: 'queued', attempt: 4, leftOut: [] });
  t.match(JSON.stringify(await call(place, 'cancel', 'draw-the-mop')), 'draw-the-map');
});

t.test('a proposal with a mistake is not written', async (t) => {
  const place = placeWithProject(t.testdir(), '');
  const rows: readonly (readonly [readonly string[], string])[] = [
    [['propose', 'nothing', 'A', '--writes', 'a', '--objective', 'b'], 'no project'],
    [['propose', 'pages', 'A', '--objective', 'b'], 'writes is empty'],
    [['propose', 'pages', 'A', '--writes', '../a', '--objective', 'b'], 'leads out'],
    [[...GOOD, '--tags', 'gpu'], 'no node has the tag'],
    [[...GOOD, '--minutes', 'many'], 'a whole number'],
    [[...GOOD, '--name', 'a b'], 'letters, digits'],
    [[...GOOD, '--criteria', '- ]'], 'not YAML'],
  ];
  for (const [words, said] of rows) t.match(JSON.stringify(await call(place, ...words)), said);
  t.same(place.workspace.snapshot().filesOf('MESH-TASK'), []);
});
