/** For each kind of trouble: the manager names it, and never says "in order" next to it. */
import t from 'tap';
import { stamp } from '../../src/kernel/clock.js';
import { manager } from '../../src/passes/manager/manager.js';
import type { BundleArguments } from '../../src/workspace/bundle.js';
import { bundleChanges } from '../../src/workspace/bundle.js';
import type { AuditEntry } from '../../src/workspace/types.js';
import { environment, type Place, placeWithProject } from './pass-workspace.js';

t.setTimeout(180_000);

type Trouble = {
  readonly says: RegExp;
  readonly row?: Partial<AuditEntry>;
  readonly run?: { readonly grade: string | null; readonly outcome: string };
  readonly bundle?: { readonly name: string; readonly args: BundleArguments };
};

/** In this order: the last ones last. */
const TROUBLES: readonly Trouble[] = [
  { says: /1 FAIL\b/, run: { grade: 'FAIL', outcome: 'FAIL: nothing' } },
  { says: /1 WEAK\b/, run: { grade: 'WEAK', outcome: 'WEAK: little' } },
  { says: /1 pass without a grade/, run: { grade: null, outcome: 'failed at T6: disk' } },
  { says: /1 undone change/, row: { type: 'write', target: 'SOUL.md', result: 'restored' } },
  { says: /1 refusal/, row: { type: 'refusal', target: 'SOUL.md', result: 'refused' } },
  { says: /1 halted pass/, row: { step: 'T2.5', type: 'budget', result: 'halted' } },
  { says: /1 failed grader/, row: { step: 'T5', type: 'grader', result: 'failed' } },
  { says: /1 pass without its sandbox/, row: { type: 'sandbox', result: 'failed' } },
  { says: /1 failed step/, row: { step: 'T8', type: 'sweep', result: 'failed' } },
  { says: /1 failed step/, row: { step: '', type: 'task_dead', result: 'failed' } },
  { says: /1 failed step/, row: { step: 'T2', type: 'load', result: 'failed' } },
  { says: /1 incident/, row: { step: 'T0', type: 'incident' } },
  {
    says: /1 project at rest/,
    bundle: {
      name: 'surface_escalation',
      args: { slug: 'pages', reason: 'x', priority: 'high', question: 'What?', topic: 'rest' },
    },
  },
];

function cause({ workspace }: Place, { row, run, bundle }: Trouble, number: number): void {
  const runId = `RUN-20200101-${String(number).padStart(3, '0')}`;
  const session = {
    run_id: runId,
    role: 'worker',
    started: '2020-01-01T00:00:00Z',
    integrity: 'pass',
    project: 'pages',
    failures: 0,
  };
  const calls = [
    ...(bundle === undefined ? [] : [bundle]),
    ...(run === undefined ? [] : [{ name: 'session_close', args: { ...session, ...run } }]),
  ];
  const entry = {
    step: 'T4',
    type: 'note',
    target: '',
    authorisation: '',
    result: 'ok',
    detail: '',
  };
  workspace.commit((snapshot) => {
    const parts = calls.map(({ name, args }) => bundleChanges(snapshot, name, args));
    return {
      actor: { kind: 'nocturne', name: 'nocturne' },
      // A row of no run: the run would count as crashed, which is another kind.
      runId: '',
      reason: 'trouble',
      changes: parts.flatMap(({ changes }) => changes),
      notices: parts.flatMap(({ notices }) => notices),
      audit: row === undefined ? [] : [{ ...entry, ...row }],
    };
  });
}

t.test('each kind of trouble is named', async (t) => {
  const place = placeWithProject(t.testdir(), '');
  const quiet = await manager(environment(place), { role: 'manager' });
  t.equal(quiet.outcome, 'reviewed: everything in order');
  for (const [i, trouble] of TROUBLES.entries()) {
    cause(place, trouble, i + 1);
    const { outcome } = await manager(environment(place), { role: 'manager' });
    t.match(outcome, trouble.says);
    t.notMatch(outcome, /in order/, String(trouble.says));
  }
});

t.test('a failure mode that is detected names the project in which it is', async (t) => {
  const place = placeWithProject(t.testdir(), '');
  const { workspace } = place;
  const args = {
    ...{ run_id: 'RUN-20200101-001', role: 'worker', project: 'pages', integrity: 'pass' },
    ...{
      started: stamp(workspace.clock.now()),
      outcome: 'FAIL: stuck',
      grade: 'FAIL',
      failures: 0,
    },
  };
  workspace.commit((snapshot) => ({
    actor: { kind: 'nocturne', name: 'nocturne' },
    runId: '',
    reason: 'trouble',
    changes: bundleChanges(snapshot, 'session_close', args).changes,
  }));
  const { data } = await manager(environment(place), { role: 'manager' });
  t.ok(data.notes.includes('FM-022 The agent hangs (pages)'), data.notes.join('; '));
});
