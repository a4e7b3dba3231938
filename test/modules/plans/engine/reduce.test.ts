import t from 'tap';
import type { Unit, UnitVerdict } from '../../../../src/governance/unit.js';
import { defined } from '../../../../src/kernel/defined.js';
import { criticalPath } from '../../../../src/modules/plans/engine/critical-path.js';
import { readySteps } from '../../../../src/modules/plans/engine/ready-steps.js';
import { settledEvent } from '../../../../src/modules/plans/run/events-of-run.js';
import { Story, step } from '../../../support/plan-of.js';
import { placeWithPlan, planPage } from '../run/plan-place.js';

const approved = (...arguments_: ConstructorParameters<typeof Story>) =>
  new Story(...arguments_).happens({ kind: 'approved' });
const later = (story: Story, time: string): Story => {
  story.time = time;
  return story.happens({ kind: 'tick' });
};

t.test(
  'a failed step tries again after a pause that doubles, and then blocks what needs it',
  async (t) => {
    const story = approved([step('a', [], { retries: 2 }), step('b', ['a']), step('c', ['b'])]);
    story.fails('a');
    t.equal(story.plan.steps.get('a')?.until, '2026-11-21T01:00:30Z');
    t.strictSame(readySteps(story.plan, '2026-11-21T01:00:29Z'), [], 'it pauses');
    t.strictSame(readySteps(story.plan, '2026-11-21T01:00:30Z'), ['a'], 'without a tick');
    later(story, '2026-11-21T01:00:30Z').fails('a');
    t.equal(story.plan.steps.get('a')?.until, '2026-11-21T01:01:30Z', 'a minute');
    later(story, '2026-11-21T01:01:30Z').fails('a');
    t.equal(story.states, 'a:failed b:blocked c:blocked');
    t.equal(story.plan.status, 'failed');
    t.equal(story.plan.steps.get('c')?.because, 'a', 'c names the cause, not b');
    story.happens({ kind: 'retried', step: 'c' });
    t.equal(story.refused, 'c is blocked because of a: retry that step.');
    story.happens({ kind: 'retried', step: 'a' });
    t.equal(`${story.plan.status} ${story.states}`, 'running a:ready b:waiting c:waiting');
    story.fails('a');
    t.equal(story.plan.steps.get('a')?.state, 'retry', 'its tries are counted afresh');
  },
);

t.test('a conflict with another step gives two further tries', async (t) => {
  const story = approved([step('a')]);
  for (const [i, state] of ['retry', 'retry', 'failed'].entries()) {
    const runId = later(story, `2026-11-21T0${i + 2}:00:00Z`).starts('a');
    story.happens({ kind: 'failed', step: 'a', runId, cause: 'conflict', why: 'Both changed x.' });
    t.equal(story.plan.steps.get('a')?.state, state);
  }
});

t.test('a recovery step proves its step and frees everything behind it', async (t) => {
  const a = step('a', [], { escalate: 'architect', budget: { minutes: 10 }, role: 'author' });
  const story = approved([a, step('b', ['a']), step('c', ['b'])]);
  story.fails('a', 'No test passes.');
  t.equal(story.states, 'a:failed b:blocked c:blocked a-recovery:ready');
  t.equal(story.plan.status, 'running');
  const recovery = story.plan.definitions.find(({ id }) => id === 'a-recovery');
  t.match(recovery, { role: 'architect', budget: { minutes: 15 }, retries: 0 });
  t.match(recovery?.objective, /No test passes/);
  story.proves('a-recovery', { 'a.md': '1' });
  t.equal(story.states, 'a:proved b:ready c:waiting a-recovery:proved');
  t.match(story.plan.steps.get('a'), {
    produced: { 'a.md': '1' },
    why: 'Recovered by a-recovery.',
  });
  story.proves('b').proves('c');
  t.equal(story.plan.status, 'done');
});

t.test('a policy waits for the recovery, and judges its failure', async (t) => {
  const a = step('a', [], { escalate: 'architect' });
  const story = approved([a, step('x')], 'abort_on_first_fail').fails('a');
  t.equal(story.plan.status, 'running');
  story.starts('x');
  story.fails('a-recovery');
  t.equal(`${story.plan.status} ${story.states}`, 'aborted a:failed x:blocked a-recovery:failed');
  t.match(story.effects, [{ kind: 'cancel', step: 'x', runId: 'R-x-1' }]);
});

t.test('escalate: human asks whether it should run again', async (t) => {
  const story = approved([step('a', [], { escalate: 'human' }), step('b', ['a'])]).fails('a');
  t.match(story.effects, [
    { kind: 'ask', step: 'a', question: /Step a \(a\) failed\. .* Run it again\?/ },
  ]);
  t.equal(story.states, 'a:asked b:waiting');
  story.happens({ kind: 'answered', step: 'a', answer: 'yes' });
  t.equal(story.states, 'a:ready b:waiting');
  story.fails('a').happens({ kind: 'answered', step: 'a', answer: 'no' });
  t.equal(`${story.plan.status} ${story.states}`, 'failed a:failed b:blocked');
});

t.test('what its role says about a failure counts where the step says nothing', async (t) => {
  for (const [fields, escalate, states] of [
    [{}, 'engineer', 'a:failed a-recovery:ready'],
    [{}, 'human', 'a:asked'],
    [{}, undefined, 'a:failed'],
    [{ escalate: 'none' }, 'engineer', 'a:failed'],
    [{ escalate: 'human' }, 'engineer', 'a:asked'],
  ] as const) {
    const story = approved([step('a', [], fields)]);
    const runId = story.starts('a');
    const why = 'Nothing came.';
    const failed = { kind: 'failed', cause: 'criteria', why, ...defined({ escalate }) } as const;
    story.happens({ ...failed, step: 'a', runId });
    t.equal(story.states, states, JSON.stringify([fields, escalate]));
    if (!states.includes('recovery')) continue;
    t.equal(story.plan.definitions[1]?.role, 'engineer');
    story.happens({ ...failed, step: 'a-recovery', runId: story.starts('a-recovery') });
    t.equal(story.states, 'a:failed a-recovery:failed', 'a recovery has no recovery');
  }
});

t.test('the page of the role of a step decides by the cause of its failure', async (t) => {
  const role = '---\nid: tester\nescalation: { criteria: engineer, rule: human }\n---\nTest.\n';
  const { workspace } = placeWithPlan(t.testdir(), planPage('- id: a\n  title: A\n'), {
    files: { 'orchestration-os/roles/tester.md': role },
  });
  const unit = { module: 'plans', id: 'pages/a', project: 'pages', role: 'tester' } as Unit;
  for (const [cause, escalate] of [
    ['criteria', 'engineer'],
    ['rule', 'human'],
    ['scope', undefined],
  ] as const) {
    const verdict = { runId: 'RUN-1', outcome: 'unproved', why: 'No.', cause } as UnitVerdict;
    const event = settledEvent(unit, verdict, workspace.snapshot());
    t.equal('escalate' in event ? event.escalate : undefined, escalate, cause);
  }
  workspace.close();
});

t.test(
  'a human step is asked when it is ready, and its default counts at the deadline',
  async (t) => {
    const human = { run: 'human', question: 'Publish?', deadline: '2h' } as const;
    for (const [word, states, status] of [
      ['yes', 'a:proved h:proved b:ready', 'running'],
      ['no', 'a:proved h:failed b:blocked', 'failed'],
      [undefined, 'a:proved h:failed b:blocked', 'failed'],
    ] as const) {
      const fields = word === undefined ? human : { ...human, default: word };
      const story = approved([step('a'), step('h', ['a'], fields), step('b', ['h'])]).proves('a');
      t.match(story.effects, [{ kind: 'ask', step: 'h', question: 'Publish?' }]);
      later(story, '2026-11-21T02:59:59Z');
      t.equal(story.states, 'a:proved h:asked b:waiting', 'one second is left');
      later(story, '2026-11-21T03:00:00Z');
      t.equal(`${story.states} ${story.plan.status}`, `${states} ${status}`, `default ${word}`);
      t.match(story.effects, [{ kind: 'close-question', step: 'h' }]);
    }
  },
);

t.test('a paused plan starts and asks nothing; what runs may end', async (t) => {
  const story = approved([step('a'), step('b', ['a']), step('h', ['a'], { run: 'human' })]);
  const runId = story.starts('a');
  story.happens({ kind: 'paused' });
  story.happens({ kind: 'proved', step: 'a', runId, produced: {} });
  t.equal(story.states, 'a:proved b:ready h:ready');
  t.strictSame(readySteps(story.plan, story.time), []);
  story.happens({ kind: 'started', step: 'b', runId: 'R', consumed: {} });
  t.equal(story.refused, 'The plan is paused.');
  story.happens({ kind: 'resumed' });
  t.equal(story.states, 'a:proved b:ready h:asked');
});

t.test('an abort ends what runs; work that was finished before still counts', async (t) => {
  const story = approved([step('a'), step('b', ['a'])]);
  const runId = story.starts('a');
  story.happens({ kind: 'aborted' });
  t.equal(`${story.plan.status} ${story.states}`, 'aborted a:blocked b:blocked');
  t.strictSame(story.effects, [{ kind: 'cancel', step: 'a', runId }]);
  story.happens({ kind: 'proved', step: 'a', runId: 'another', produced: {} });
  t.equal(story.refused, 'another is not the run of a.');
  story.happens({ kind: 'proved', step: 'a', runId, produced: {} });
  t.equal(`${story.plan.status} ${story.states}`, 'aborted a:proved b:blocked');
  story.happens({ kind: 'resumed' });
  t.equal(`${story.plan.status} ${story.states}`, 'running a:proved b:ready');
});

t.test('a lost run starts again, or the owner is asked', async (t) => {
  const story = approved([step('a'), step('b', [], { repeatable: false })]);
  for (const id of ['a', 'b']) story.happens({ kind: 'lost', step: id, runId: story.starts(id) });
  t.equal(story.states, 'a:ready b:asked');
  for (let i = 0; i < 9; i++) story.happens({ kind: 'lost', step: 'a', runId: story.starts('a') });
  t.equal(story.states, 'a:asked b:asked', 'ten losses in a row');
  story.happens({ kind: 'answered', step: 'b', answer: 'yes' });
  t.equal(story.states, 'a:asked b:ready');
});

t.test(
  'a step that consumes what a skipped one makes is skipped; one that only waits runs',
  async (t) => {
    const story = approved([
      step('a', [], { produces: ['a.md'] }),
      step('b', ['a'], { consumes: ['a.md'] }),
      step('c', ['a']),
    ]).happens({ kind: 'skipped', step: 'a', why: 'Not today.' });
    t.equal(story.states, 'a:skipped b:skipped c:ready');
    t.equal(story.proves('c').plan.status, 'done');
    story.happens({ kind: 'retried', step: 'a' });
    t.equal(`${story.plan.status} ${story.states}`, 'running a:ready b:waiting c:proved');
  },
);

t.test('a step waits for whoever produces what it consumes, also without needing it', async (t) => {
  const story = approved([
    step('b', [], { consumes: ['out/*.md'] }),
    step('a', [], { produces: ['out/a.md'] }),
  ]);
  t.equal(story.states, 'b:waiting a:ready');
});

t.test(
  'a proved step runs again only if its definition or what it consumed has changed',
  async (t) => {
    const a = step('a', [], { produces: ['a.md'] });
    const b = step('b', ['a'], { consumes: ['a.md'], produces: ['b.md'] });
    const c = step('c', ['b'], { consumes: ['b.md'] });
    const story = approved([a, b, c]).proves('a', { 'a.md': '1' });
    const prove = (
      id: string,
      consumed: Record<string, string>,
      produced: Record<string, string>,
    ) => story.happens({ kind: 'proved', step: id, runId: story.starts(id, consumed), produced });
    prove('b', { 'a.md': '1' }, { 'b.md': '1' });
    prove('c', { 'b.md': '1' }, {});
    t.equal(story.plan.status, 'done');
    story.happens({ kind: 'edited', definitions: [{ ...a, title: 'A', retries: 3 }, b, c] });
    t.equal(story.states, 'a:proved b:proved c:proved', 'a title proves nothing');
    story.happens({ kind: 'edited', definitions: [{ ...a, objective: 'Better.' }, b, c] });
    t.equal(`${story.plan.status} ${story.states}`, 'running a:ready b:proved c:proved');
    story.happens({ kind: 'edited', definitions: [a, b, c] });
    t.equal(
      `${story.plan.status} ${story.states}`,
      'done a:proved b:proved c:proved',
      'taken back',
    );
    story.happens({ kind: 'edited', definitions: [{ ...a, objective: 'Better.' }, b, c] });
    story.proves('a', { 'a.md': '2' });
    t.equal(story.states, 'a:proved b:ready c:proved', 'b consumed the old a.md');
    prove('b', { 'a.md': '2' }, { 'b.md': '1' });
    t.equal(
      `${story.plan.status} ${story.states}`,
      'done a:proved b:proved c:proved',
      'c is unchanged',
    );
  },
);

t.test('an edit with a cycle, an unknown need or a double name is refused', async (t) => {
  const story = approved([step('a'), step('b', ['a'])]);
  const edits = (...definitions: Parameters<typeof approved>[0][number][]) =>
    story.happens({ kind: 'edited', definitions }).refused;
  t.equal(
    edits(step('a', ['c']), step('b', ['a']), step('c', ['b'])),
    'The steps form a cycle: a → c → b → a.',
  );
  t.equal(edits(step('a', ['ghost'])), 'a needs ghost, which the plan does not have.');
  t.equal(edits(step('a'), step('a')), 'There are two steps a.');
  t.equal(story.states, 'a:ready b:waiting');
});

t.test('an edit of what runs ends its run; a removed question is closed', async (t) => {
  const human = step('h', [], { run: 'human' });
  const story = approved([step('a'), human]);
  const runId = story.starts('a');
  story.happens({
    kind: 'edited',
    definitions: [step('a', [], { objective: 'Another.' }), step('n', ['a'])],
  });
  t.equal(story.states, 'a:ready n:waiting');
  t.strictSame(story.effects, [
    { kind: 'close-question', step: 'h' },
    { kind: 'cancel', step: 'a', runId },
  ]);
  story.happens({ kind: 'proved', step: 'a', runId, produced: {} });
  t.match(story.refused, /is not the run of a/, 'it worked on the old objective');
});

t.test('a review waits for its answer: no sends the step back, yes has it merged', async (t) => {
  const story = approved([step('a', [], { retries: 1 })]);
  const runId = story.starts('a');
  story.happens({ kind: 'review', step: 'a', by: 'owner' });
  t.match(story.effects, [
    { kind: 'ask', step: 'a', question: /PROJECTS\/site\/reviews\/a-1\.md/ },
  ]);
  story.happens({ kind: 'answered', step: 'a', answer: 'yes' });
  t.strictSame(story.effects, [{ kind: 'close-question', step: 'a' }]);
  t.match(story.plan.steps.get('a'), { state: 'ready', accepted: runId }, 'until it is merged');
  story.happens({ kind: 'lost', step: 'a', runId: story.starts('a') });
  t.equal(story.plan.steps.get('a')?.accepted, runId, 'also after a crash');
  const merging = story.starts('a');
  story.happens({ kind: 'failed', step: 'a', runId: merging, cause: 'criteria', why: 'Red.' });
  t.match(story.plan.steps.get('a'), { state: 'retry', accepted: undefined }, 'an agent is next');
  later(story, '2026-11-21T02:00:00Z').starts('a');
  story.happens({ kind: 'review', step: 'a', by: 'owner' });
  story.happens({ kind: 'answered', step: 'a', answer: 'no' });
  t.equal(story.states, 'a:failed', 'a failed merge and a no are two failures');
});

t.test('the step of a sub-plan is proved with the steps that it needs', async (t) => {
  const story = approved([step('s/x'), step('s', ['s/x'], { run: 'plan' }), step('b', ['s'])]);
  t.equal(story.proves('s/x').states, 's/x:proved s:proved b:ready');
});

t.test('the critical path is the longest by minutes', async (t) => {
  const minutes = (number: number) => ({ budget: { minutes: number } });
  const steps = [
    step('a', [], minutes(5)),
    step('b', [], minutes(20)),
    step('c', ['a', 'b'], minutes(1)),
    step('d', ['a'], minutes(15)),
  ];
  t.strictSame(criticalPath(steps), ['b', 'c']);
});

t.test('a step stays recovered by what its recovery saw, not by an older recovery', async (t) => {
  const a = step('a', [], { produces: ['a.md'], escalate: 'architect' });
  const b = step('b', ['a'], { consumes: ['a.md'], escalate: 'architect' });
  const story = approved([a, b]).fails('a').proves('a-recovery', { 'a.md': '1' });
  story.fails('b');
  const better = { ...a, objective: 'Better.' };
  const now = story.plan.definitions.map((it) => (it.id === 'a' ? better : it));
  const less = now.map((it) => (it.id === 'b-recovery' ? { ...it, consumes: [] } : it));
  story.happens({ kind: 'edited', definitions: less }).proves('a', { 'a.md': '2' });
  story.proves('b-recovery');
  t.match(story.plan.steps.get('b'), { state: 'proved', consumed: { 'a.md': '2' } });
  t.equal(story.plan.status, 'done');
});
