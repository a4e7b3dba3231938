/** One open question about a phase that is over, whatever the owner does with the project. */
import t from 'tap';
import { worker } from '../../src/passes/worker/worker.js';
import { fieldText } from '../../src/project/field-text.js';
import { bundleChanges } from '../../src/workspace/bundle.js';
import { environment, placeWithProject, REPORT, WRITES_PAGE } from './pass-workspace.js';

t.setTimeout(120_000);

t.test('a project that is paused and resumed while it waits is asked about once', async (t) => {
  const place = placeWithProject(t.testdir(), `${WRITES_PAGE}${REPORT}`, {
    stop: '- file_exists: outputs/page.md',
  });
  const questions = (): readonly string[] =>
    place.workspace
      .snapshot()
      .records('NOTIFICATION')
      .filter((record) => fieldText(record, 'kind') === 'transition')
      .map((record) => fieldText(record, 'status'));
  await worker(environment(place), { role: 'worker' });
  t.same(questions(), ['open']);
  for (const bundle of ['project_pause', 'project_resume'])
    place.workspace.commit((snapshot) => ({
      actor: { kind: 'owner', name: 'Ada' },
      runId: '',
      reason: bundle,
      bundle,
      ...bundleChanges(snapshot, bundle, { slug: 'pages' }),
    }));
  await worker(environment(place), { role: 'worker' });
  const row = place.workspace.snapshot().record('DISPATCH', 'pages');
  t.equal(fieldText(row, 'status'), 'transition-hold');
  t.same(questions(), ['done', 'open'], 'the new question replaces the old one');
});
