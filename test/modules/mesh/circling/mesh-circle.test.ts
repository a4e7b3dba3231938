/** A circle between three nodes on a real server, with agents that say what a script has for them. */
import t from 'tap';
import { meshCircle, meshCircles, meshGate } from '../../../../src/modules/mesh/commands/circle.js';
import { placeOf } from '../../../../src/modules/mesh/circling/circle.js';
import { circleSessions, readCircle } from '../../../../src/modules/mesh/circling/event-list.js';
import { module } from '../../../../src/modules/mesh/module.js';
import { worker } from '../../../../src/passes/worker/worker.js';
import { fieldText } from '../../../../src/project/field-text.js';
import { environment } from '../../../passes/pass-workspace.js';
import type { SeenRequest } from '../../../support/scripted-openai.js';
import { NO_SERVER } from '../nats-server.js';
import { place, promptOf, ring, run, says, type Script, speak, tokensOf } from '../talking-mesh.js';
import { until } from '../until.js';

t.setTimeout(240_000);

t.test(
  'three nodes work in turns, the owner answers, and the next pass reads the result',
  { skip: NO_SERVER },
  async (t) => {
    const ringed = await ring(t, {
      owner: says('owner'),
      left: says('left'),
      right: says('right'),
    });
    const owner = place(ringed);
    const options = { tier: '2', rounds: '2', wait: true };
    const waits = await run(owner, meshCircle, [['pages'], options]);
    t.match(waits.text, /It waits for you at final1: everybody agrees/);
    const [session = ''] = circleSessions(owner.workspace.state);
    const notes = () => owner.workspace.snapshot().records('NOTIFICATION');
    await until(notes, (all) => all.length === 1);
    t.match(fieldText(notes()[0], 'action_needed'), new RegExp(`nocturne mesh gate ${session}`));
    await run(owner, meshGate, [[session, 'approve']]);
    const over = () => placeOf(readCircle(owner.workspace.state, session));
    await until(over, (now) => now === 'complete');
    const results = () => owner.workspace.snapshot().records('MESH-CIRCLE');
    await until(results, (all) => all.length === 1);
    const { text, json } = await run(owner, meshCircles, [[session]]);
    t.match(text, /workArtifact of owner at final1/, 'it was finalised');
    t.match(text, /reviewSignOff of right at final1/);
    t.match(json, {
      cost: [
        { what: 'one agent', turns: 1, tokens: 100 },
        { what: 'one agent and one grader', turns: 2, tokens: 200 },
        { what: 'the circle', turns: 12, tokens: 1200 },
      ],
    });
    t.match(text, /one agent +1 turn, 100 tokens; it could have run 12\.0 times for the tokens/);
    t.match(text, /one agent and one grader +2 turns, 200 tokens; .* 6\.0 times/);
    const signing = promptOf(ringed.asked.get('right')?.at(-1) as SeenRequest);
    t.match(signing, /Data: Final Work Artifact[\s\S]*workArtifact of owner at final1/);
    t.notMatch(signing, /of left/, 'a reviewer sees nothing of the other one');
    for (const node of ringed.nodes.values()) await node.end();
    const report = await worker(environment(owner, { modules: [module] }), { role: 'worker' });
    t.equal(report.exit, 0, report.outcome);
    const brief = owner.workspace.snapshot().text('PROJECTS/pages/outputs/brief.md') ?? '';
    t.match(brief, /Data: What a circle of agents[\s\S]*workArtifact of owner at final1/);
    t.equal(fieldText(results()[0], 'run_id'), report.data.runId);
  },
);

t.test(
  'a reviewer that dies in its turn is replaced by a node that is there',
  { skip: NO_SERVER },
  async (t) => {
    const left: Script = (request) => {
      if (!promptOf(request).includes('This is turn sr1.1.')) return speak('left', request);
      void ringed.nodes.get('left')?.end();
      return { hang: 'silent' };
    };
    const scripts = { owner: says('owner'), left, right: says('right'), spare: says('spare') };
    const ringed = await ring(t, scripts);
    const owner = place(ringed);
    const options = { tier: '1', rounds: '1', reviewers: 'left,right', wait: true };
    const { text, json } = await run(owner, meshCircle, [['pages'], options]);
    t.match(json, { place: 'complete', members: { reviewerA: 'spare', reviewerB: 'right' } });
    t.match(text, /sr1\.1: left, the reviewerA, gave no answer .*; spare takes over\./);
  },
);

t.test(
  'it goes on after its owner and a reviewer have started again, and asks no turn twice',
  { skip: NO_SERVER },
  async (t) => {
    let isHeld = true;
    const held: Script = (request) => {
      const isNow = isHeld && promptOf(request).includes('This is turn sr1.2.');
      return isNow ? { hang: 'silent' } : speak('owner', request);
    };
    const ringed = await ring(t, { owner: held, left: says('left'), right: says('right') });
    const owner = place(ringed);
    const { state } = owner.workspace;
    await run(owner, meshCircle, [['pages'], { tier: '1', rounds: '1' }]);
    const [session = ''] = circleSessions(state);
    const handedIn = () => Object.keys(readCircle(state, session).turns).sort();
    const isHalf = () => placeOf(readCircle(state, session)) === 'sr1.2' && handedIn().length === 2;
    await until(isHalf, Boolean);
    const before = tokensOf(ringed.asked, 'left');
    await ringed.nodes.get('owner')?.end();
    await ringed.nodes.get('left')?.end();
    t.equal(placeOf(readCircle(state, session)), 'sr1.2', 'an end of its own is no silence');
    isHeld = false;
    await ringed.connect('left');
    await ringed.connect('owner');
    await until(
      () => placeOf(readCircle(state, session)),
      (now) => now === 'complete',
    );
    const circle = readCircle(state, session);
    t.same(circle.notices, []);
    t.equal(tokensOf(ringed.asked, 'left'), before + 100, 'only the last turn was asked again');
    t.equal(circle.usage.reviewerA.tokensIn, 90 * 4);
  },
);

t.test(
  'a server that is restarted in a turn costs nobody the turn',
  { skip: NO_SERVER },
  async (t) => {
    const begun = new Set<string>();
    const answers: (() => void)[] = [];
    const slow: Script = (request) => {
      const isNow = promptOf(request).includes('This is turn sr1.1.') && !begun.has('left');
      if (!isNow) return speak('left', request);
      begun.add('left');
      const after = new Promise<void>((done) => answers.push(done));
      return { ...speak('left', request), after };
    };
    const ringed = await ring(t, { owner: says('owner'), left: slow, right: says('right') });
    const owner = place(ringed);
    const { state } = owner.workspace;
    await run(owner, meshCircle, [['pages'], { tier: '1', rounds: '1' }]);
    await until(
      () => answers.length,
      (count) => count === 1,
    );
    await ringed.mesh.server.stop('SIGKILL');
    for (const answer of answers) answer();
    await ringed.mesh.server.start();
    const [session = ''] = circleSessions(state);
    const now = () => readCircle(state, session);
    await until(now, (circle) => circle.phase === 'complete');
    t.same(now().notices, [], 'nobody counts as silent');
    t.equal(now().usage.reviewerA.tokensIn, 90 * 4, 'and nothing was done twice');
  },
);

t.test('with the mesh off it says so at once', async (t) => {
  const { placeWithProject } = await import('../../../passes/pass-workspace.js');
  const alone = placeWithProject(t.testdir({}), '');
  await t.rejects(run(alone, meshCircle, [['pages']]), { code: 'CONFIG' });
  t.match(await run(alone, meshCircles, [[]]), { text: /^There are no circles\. The mesh is off/ });
});
