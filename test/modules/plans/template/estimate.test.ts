/** Estimates from runs that are in the logs of a real workspace. */
import t from 'tap';
import { advance } from '../../../../src/modules/plans/page/advance.js';
import { readPlan } from '../../../../src/modules/plans/page/read-plan.js';
import { newPage } from '../../../../src/modules/plans/page/write-page.js';
import {
  estimatePlan,
  type PlanEstimate,
} from '../../../../src/modules/plans/template/estimate.js';
import { estimateLines } from '../../../../src/modules/plans/template/estimate-text.js';
import type { PlanEvent, StepDefinition } from '../../../../src/modules/plans/types.js';
import type { Workspace } from '../../../../src/workspace/types.js';
import { placeWithProject } from '../../../passes/pass-workspace.js';
import { draft, step } from '../../../support/plan-of.js';

const actor = { kind: 'nocturne', name: 'test' } as const;

type Run = {
  readonly step: string;
  readonly minutes: number;
  readonly cost?: number;
  readonly proves?: false;
};

function newPlanOf(workspace: Workspace, definitions: readonly StepDefinition[]): void {
  const page = newPage({ ...draft(definitions), project: 'pages' });
  const changes = [{ kind: 'write', path: 'PROJECTS/pages/PLAN.md', content: page }] as const;
  workspace.commit({ actor, runId: '', reason: 'new plan', changes });
}

function happens(workspace: Workspace, events: readonly PlanEvent[]): void {
  workspace.commit((snapshot) => {
    const { change } = advance(snapshot, 'pages', { events, by: 'test' }) ?? {};
    return { actor, runId: '', reason: 'events', changes: [], ...change };
  });
}

/** Each run takes its minutes, from one o'clock. */
function runs(workspace: Workspace, list: readonly Run[]): void {
  const time = '2026-11-21T01:00:00Z';
  happens(workspace, [{ kind: 'approved', time }]);
  list.forEach(({ step: id, minutes, cost, proves }, i) => {
    const runId = `RUN-20261121-${String(i + 101)}`;
    const ended = `2026-11-21T01:${String(minutes).padStart(2, '0')}:00Z`;
    const event: PlanEvent =
      proves === false
        ? { kind: 'failed', time, step: id, runId, cause: 'criteria', why: 'Not yet.' }
        : { kind: 'proved', time, step: id, runId, produced: {} };
    happens(workspace, [{ kind: 'started', time, step: id, runId, consumed: {} }, event]);
    if (proves === false) happens(workspace, [{ kind: 'tick', time: '2026-11-21T05:00:00Z' }]);
    const fields = {
      ...{ run_id: runId, role: 'worker', runner: 'script', project: 'pages', outcome: 'STRONG' },
      ...{ integrity: 'pass', started: time, ended, ...(cost === undefined ? {} : { cost }) },
    };
    workspace.commit({
      ...{ actor, runId, reason: 'a pass' },
      changes: [{ kind: 'append', object: 'RUN', fields }],
    });
  });
}

function estimate(workspace: Workspace): PlanEstimate {
  const snapshot = workspace.snapshot();
  const { plan } = readPlan(snapshot, 'pages');
  if (plan === undefined) throw new Error('no plan');
  return estimatePlan(snapshot, plan);
}

t.test('without past runs, budgets give the time, and no cost is told', (t) => {
  const { workspace } = placeWithProject(t.testdir(), '');
  newPlanOf(workspace, [
    step('a', [], { budget: { minutes: 10 } }),
    step('b', ['a'], { budget: { minutes: 20 } }),
    step('c', ['a'], { budget: { minutes: 5 } }),
    step('ask', ['b'], { run: 'human', question: 'Good?' }),
  ]);
  t.match(estimate(workspace), { minutes: 30, cost: undefined, unknown: ['a', 'b', 'c'] });
  t.end();
});

t.test('a step without a budget and without past runs is not counted as no time', (t) => {
  const { workspace } = placeWithProject(t.testdir(), '');
  newPlanOf(workspace, [step('a'), step('b', ['a'], { budget: { minutes: 20 } })]);
  const found = estimate(workspace);
  t.match(found, { minutes: 20, unknown: ['a', 'b'], uncounted: ['a'] });
  const snapshot = workspace.snapshot();
  t.same(estimateLines(snapshot, found), [
    'What is left takes about 20 min on the critical path (*).',
    'From their budgets, because nothing like them has been done yet: 1 step (b).',
    'Not counted, because they have no budget and nothing like them has been done: 1 step (a).',
  ]);
  const [first] = estimateLines(snapshot, { ...found, minutes: 0 });
  t.equal(first, 'How long it takes is not known yet.');
  t.end();
});

t.test('a step is estimated by the runs of the steps most like it', (t) => {
  const { workspace } = placeWithProject(t.testdir(), '');
  const roles = (['engineer', 'engineer', 'engineer', 'writer'] as const).map((role, i) =>
    step(`s${i}`, [], { role, retries: 1 }),
  );
  newPlanOf(workspace, [...roles, step('check', [], { run: 'command', command: ['true'] })]);
  runs(workspace, [
    { step: 's0', minutes: 10, cost: 1 },
    { step: 's1', minutes: 5, cost: 0.5, proves: false },
    { step: 's1', minutes: 15, cost: 1.5 },
    { step: 's2', minutes: 40 },
    { step: 's3', minutes: 2, cost: 0.1 },
    { step: 'check', minutes: 1 },
  ]);
  newPlanOf(workspace, [
    step('build', [], { role: 'engineer' }),
    step('strong', ['build'], { role: 'engineer', tier: 'heavy' }),
    step('plain', ['build'], { role: 'tester' }),
    step('check', ['plain'], { run: 'command', command: ['true'] }),
    step('other', ['plain'], { run: 'command', command: ['false'], budget: { minutes: 3 } }),
  ]);
  const { steps, minutes, cost, unknown } = estimate(workspace);
  t.match(
    steps.get('build'),
    { minutes: 20, cost: 1.5, like: 'role, runner and tier', steps: 3 },
    'the tries of a step count together',
  );
  t.match(steps.get('strong'), { minutes: 20, like: 'role', steps: 3 });
  t.match(steps.get('plain'), { minutes: 15, like: 'runner', steps: 4 });
  t.match(steps.get('check'), { minutes: 1, like: 'command', steps: 1 });
  t.strictSame(unknown, ['other']);
  t.equal(minutes, 40, 'build and strong are the longest way');
  t.equal(cost, 1.5 + 1.5 + 1);
  t.end();
});
