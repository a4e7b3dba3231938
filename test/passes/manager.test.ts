/** What the manager reads from the logs: codes and columns, never words of a text. */
import t from 'tap';
import { manager } from '../../src/passes/manager/manager.js';
import { fieldText } from '../../src/project/field-text.js';
import { validateSnapshot } from '../../src/validate/validate-snapshot.js';
import { bundleChanges } from '../../src/workspace/bundle.js';
import { environment, type Place, placeWithProject } from './pass-workspace.js';

t.setTimeout(120_000);

const DEAD_MANAGER = 'RUN-20200101-001';
const DEAD_WORKER = 'RUN-20200101-002';
const GRADED = 'RUN-20200101-003';

/** One audit row of a pass, as it leaves them. */
function row(
  { workspace }: Place,
  runId: string,
  about: { role: string; detail: string; type?: string },
): void {
  workspace.commit({
    actor: { kind: 'pass', name: about.role },
    runId,
    reason: 'a pass began',
    changes: [],
    audit: [
      {
        step: 'T0',
        type: about.type ?? 'session_open',
        target: runId,
        authorisation: '',
        result: 'ok',
        detail: about.detail,
      },
    ],
  });
}

t.test('a crashed run is closed with the role in its audit rows, whatever they say', async (t) => {
  const place = placeWithProject(t.testdir(), '');
  row(place, DEAD_MANAGER, { role: 'manager', detail: 'worker; 3 files' });
  row(place, DEAD_WORKER, { role: 'worker', detail: 'manager; 3 files' });
  const report = await manager(environment(place), { role: 'manager' });
  t.equal(report.exit, 0, report.outcome);
  const snapshot = place.workspace.snapshot();
  t.equal(fieldText(snapshot.record('RUN', DEAD_MANAGER), 'role'), 'manager');
  t.equal(fieldText(snapshot.record('RUN', DEAD_WORKER), 'role'), 'worker');
  t.match(fieldText(snapshot.record('RUN', DEAD_WORKER), 'outcome'), /^crashed/);
});

t.test(
  'a run that the audit log closes did not crash, even without its row elsewhere',
  async (t) => {
    const place = placeWithProject(t.testdir(), '');
    row(place, GRADED, { role: 'worker', detail: '' });
    row(place, GRADED, { role: 'worker', detail: 'STRONG', type: 'session_close' });
    await manager(environment(place), { role: 'manager' });
    const snapshot = place.workspace.snapshot();
    t.equal(snapshot.record('RUN', GRADED), undefined);
    const found = await validateSnapshot(snapshot, { home: place.home });
    t.same(
      found.filter(({ rule }) => rule === 'run-not-closed'),
      [],
    );
  },
);

t.test('a review goes by the grade of a run, not by the words of its outcome', async (t) => {
  const place = placeWithProject(t.testdir(), '');
  row(place, GRADED, { role: 'worker', detail: '' });
  place.workspace.commit((snapshot) => ({
    actor: { kind: 'pass', name: 'worker' },
    runId: GRADED,
    reason: 'a pass ended',
    bundle: 'session_close',
    ...bundleChanges(snapshot, 'session_close', {
      run_id: GRADED,
      role: 'worker',
      started: '2020-01-01T00:00:00Z',
      integrity: 'pass',
      project: 'pages',
      outcome: 'STRONG words about nothing',
      grade: 'WEAK',
      failures: 0,
    }),
  }));
  await manager(environment(place), { role: 'manager' });
  const [review] = place.workspace.snapshot().records('REVIEW');
  t.equal(fieldText(review, 'verdict'), 'WEAK');
  t.match(fieldText(review, 'rationale'), /^1 pass \(WEAK\)/);
});
