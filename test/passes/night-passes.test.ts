/** What a night was: passes by their rows and claims, and those that did not begin. */
import t from 'tap';
import { nightPasses } from '../../src/passes/night-passes.js';
import { recordIncident } from '../../src/workspace/incident.js';
import { openWorkspace } from '../../src/workspace/open-workspace.js';
import { claimPass, claimProject } from '../../src/workspace/pass-lock.js';
import type { Workspace } from '../../src/workspace/types.js';
import { makeWorkspace } from '../support/make-workspace.js';

/** `id started ended`, in UTC; the clock stands at what is written. */
const RUNS = [
  'RUN-20261120-001 2026-11-20T11:50:00Z 2026-11-20T12:10:00Z',
  'RUN-20261120-002 2026-11-20T23:30:00Z 2026-11-21T00:30:00Z',
  'RUN-20261121-001 2026-11-21T02:00:00Z 2026-11-21T02:05:00Z',
  'RUN-20261121-002 2026-11-21T13:00:00Z 2026-11-21T13:05:00Z',
] as const;

function place(directory: string) {
  const made = makeWorkspace(directory);
  let now = new Date('2026-11-20T11:50:00Z');
  const workspace = openWorkspace(made.root, { home: made.home, clock: { now: () => now } });
  return {
    workspace,
    at: (time: string): Workspace => {
      now = new Date(time);
      return workspace;
    },
  };
}

t.test('the passes of a night', async (t) => {
  const { workspace, at } = place(t.testdir());
  for (const run of RUNS) addRun(at, run);
  const idsOf = (night?: string): readonly string[] =>
    nightPasses(workspace, workspace.snapshot(), night).passes.map(({ id }) => id.slice(4));

  t.strictSame(
    idsOf('2026-11-20'),
    ['20261120-001', '20261120-002', '20261121-001'],
    'from noon to noon, across midnight, and what ran across noon',
  );
  t.strictSame(idsOf('2026-11-19'), ['20261120-001'], 'which belongs to both nights');
  t.strictSame(idsOf('2026-11-01'), [], 'none');
  t.strictSame(idsOf(), ['20261121-002'], 'the last one, if nothing else is asked');

  const root = at('2026-11-22T01:00:00Z').root;
  const { claim } = claimPass(root, workspace.state, {
    runId: 'RUN-20261122-001',
    role: 'worker',
    ttlMs: 20 * 60_000,
    clock: workspace.clock,
  });
  claimProject(root, claim.fence, { project: 'alpha', clock: workspace.clock });
  t.match(nightPasses(at('2026-11-22T01:07:00Z'), workspace.snapshot()), {
    night: '2026-11-21',
    passes: [
      { id: 'RUN-20261121-002', state: 'ended', grade: 'STRONG', tokensIn: 12 },
      {
        id: 'RUN-20261122-001',
        state: 'live',
        project: 'alpha',
        started: '2026-11-22T01:00:00Z',
        ended: '',
        heartbeat: '2026-11-22T01:00:00.000Z',
      },
    ],
  });
  t.match(nightPasses(at('2026-11-22T03:00:00Z'), workspace.snapshot()).passes.at(-1), {
    state: 'expired',
  });
});

t.test('what did not begin', async (t) => {
  const { workspace, at } = place(t.testdir());
  const row = (time: string, type: string, result: string): void => {
    at(time).commit({
      actor: { kind: 'nocturne', name: 'schedule' },
      runId: '',
      reason: type,
      changes: [],
      audit: [
        {
          step: '',
          type,
          target: 'worker',
          authorisation: '',
          result,
          detail: `${type} ${result}`,
        },
      ],
    });
  };
  row('2026-11-20T10:00:00Z', 'missed', 'missed');
  row('2026-11-20T22:00:00Z', 'missed', 'missed');
  row('2026-11-20T23:00:00Z', 'missed', 'skipped');
  row('2026-11-21T01:00:00Z', 'missed', 'deferred');
  row('2026-11-21T02:00:00Z', 'incident', 'over');
  row('2026-11-21T03:00:00Z', 'note', 'missed');
  recordIncident(workspace.state, {
    kind: 'gate',
    at: '2026-11-21T00:30:00Z',
    message: 'the integrity gate refused a worker pass',
    findings: [{ file: 'SOUL.md', problem: 'edited', message: 'it is not as signed' }],
  });
  t.match(
    nightPasses(workspace, workspace.snapshot(), '2026-11-20').notBegun.map(
      ({ kind, what }) => `${kind} ${what}`,
    ),
    ['missed worker', 'skipped worker', 'refused SOUL.md', 'deferred worker', 'over worker'],
    'in the order of time',
  );
});

function addRun(at: (time: string) => Workspace, run: string): void {
  const [id = '', started = '', ended = ''] = run.split(' ');
  at(ended).commit({
    actor: { kind: 'nocturne', name: 'test' },
    runId: id,
    reason: 'test',
    changes: [
      {
        kind: 'append',
        object: 'RUN',
        fields: {
          run_id: id,
          role: 'worker',
          tokens_in: 12,
          started,
          ended,
          integrity: 'pass',
          outcome: 'done',
          grade: 'STRONG',
        },
      },
    ],
  });
}
