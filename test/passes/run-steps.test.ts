import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { bundleAct, noteAct } from '../../src/passes/act.js';
import { firstStep, runSteps } from '../../src/passes/run-steps.js';
import type { Entered, Step } from '../../src/passes/types.js';
import { enter } from '../../src/passes/worker/t0-gate.js';
import { worker } from '../../src/passes/worker/worker.js';
import type { Workspace } from '../../src/workspace/types.js';
import {
  environment,
  type Place,
  placeWithProject,
  read,
  REPORT,
  trail,
  WRITES_PAGE,
} from './pass-workspace.js';

t.setTimeout(120_000);

type Counts = { snapshots: number; commits: number };

/** The workspace, with each snapshot and each commit counted. */
function counting(place: Place): Counts & { readonly place: Place } {
  const counts = { snapshots: 0, commits: 0 };
  const { workspace } = place;
  const counted: Workspace = {
    ...workspace,
    snapshot: () => {
      counts.snapshots++;
      return workspace.snapshot();
    },
    commit: (change, options) => {
      counts.commits++;
      return workspace.commit(change, options);
    },
  };
  return Object.assign(counts, { place: { ...place, workspace: counted } });
}

async function entered(place: Place): Promise<Entered> {
  const way = await enter(environment(place), { request: { role: 'worker' }, driver: 'process' });
  if (way.kind === 'over') throw new Error(way.report.outcome);
  return way.stage;
}

const noting = (type: string, options: { readonly waits?: true } = {}): Step<Entered, Entered> => ({
  id: 'T1',
  title: type,
  ...options,
  run: (stage, { snapshot }) => ({
    stage: { ...stage, notes: [...stage.notes, `${snapshot.records('AUDIT').length}`] },
    acts: [noteAct('T1', { type })],
  }),
});

t.test('a whole pass commits once for each step after its agent, and once before', async (t) => {
  const counted = counting(placeWithProject(t.testdir(), WRITES_PAGE + REPORT));
  const report = await worker(environment(counted.place), { role: 'worker' });
  t.equal(report.exit, 0, report.outcome);
  t.equal(counted.commits, 8, 'T0, T1 to T4, settling, grade, T6, T7, T8, T9');
  t.ok(counted.snapshots <= 8, `${counted.snapshots} snapshots besides those of commits`);
});

t.test(
  'acts of waiting steps are one commit; each step sees what is not committed yet',
  async (t) => {
    const place = placeWithProject(t.testdir(), '');
    const stage = await entered(place);
    const count = counting(place);
    const steps = firstStep(noting('one', { waits: true }))
      .next(noting('two', { waits: true }))
      .next(noting('three'));
    const ended = await runSteps(steps, environment(count.place), stage);
    if (ended.kind === 'halted') return t.fail(ended.halt.outcome);
    t.same([count.snapshots, count.commits], [1, 1]);
    const [first = 0, ...others] = ended.stage.notes.map(Number);
    t.same(others, [first + 1, first + 2]);
    t.same(trail(place, stage.runId).slice(1), ['T1 one  ok', 'T1 two  ok', 'T1 three  ok']);
  },
);

t.test('a step that breaks down leaves the rows of the steps before it', async (t) => {
  const place = placeWithProject(t.testdir(), '');
  const stage = await entered(place);
  const broken: Step<Entered, Entered> = {
    id: 'T2',
    title: 'broken',
    waits: true,
    run: (stage) => ({
      stage,
      acts: [bundleAct('T2', { name: 'no_such_bundle', args: {} })],
    }),
  };
  const steps = firstStep(noting('one', { waits: true }))
    .next(broken)
    .next(noting('three'));
  const ended = await runSteps(steps, environment(place), stage);
  t.match(ended, {
    kind: 'halted',
    halt: { broke: true, outcome: /^failed at T2: .*no_such_bundle/ },
  });
  t.same(trail(place, stage.runId).slice(1), ['T1 one  ok']);
});

t.test(
  'steps that wait are taken again when the workspace has changed before their commit',
  async (t) => {
    const place = placeWithProject(t.testdir(), '');
    const stage = await entered(place);
    let taken = 0;
    const focus: Step<Entered, Entered> = {
      id: 'T1',
      title: 'asks while nobody else has asked',
      waits: true,
      run: (stage, { snapshot }) => {
        taken++;
        const isFree =
          snapshot.record('DISPATCH', 'pages')?.fields.get('status')?.value === 'active';
        const args = { slug: 'pages', reason: 'test', priority: 'low', question: 'Go on?' };
        return {
          stage,
          acts: [
            isFree
              ? bundleAct('T1', { name: 'route_block', args })
              : noteAct('T1', { type: 'somebody was quicker' }),
          ],
        };
      },
    };
    const meanwhile: Step<Entered, Entered> = {
      id: 'T1',
      title: 'the owner saves a file',
      run: (stage) => {
        const path = 'ACTIVE-PROJECTS.md';
        const text = read(place, path);
        if (taken === 1)
          writeFileSync(join(place.root, path), text.replace('| active |', '| paused |'));
        return { stage, acts: [] };
      },
    };
    const ended = await runSteps(firstStep(focus).next(meanwhile), environment(place), stage);
    t.equal(ended.kind, 'through');
    t.equal(taken, 2);
    t.same(trail(place, stage.runId).slice(1), ['T1 somebody was quicker  ok']);
  },
);
