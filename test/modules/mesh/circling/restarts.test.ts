/** The node that drives a circle is restarted in every state of it. */
import t from 'tap';
import { meshCircle, meshGate } from '../../../../src/modules/mesh/commands/circle.js';
import { placeOf } from '../../../../src/modules/mesh/circling/circle.js';
import { circleSessions, readCircle } from '../../../../src/modules/mesh/circling/event-list.js';
import { NO_SERVER } from '../nats-server.js';
import { place, promptOf, ring, run, says, type Script, speak } from '../talking-mesh.js';
import { until } from '../until.js';

t.setTimeout(240_000);

t.test('its owner can be restarted in every state', { skip: NO_SERVER }, async (t) => {
  const no: Script = (request) => {
    const isNo = promptOf(request).includes('This is turn final2.');
    return speak('right', request, isNo ? 'blocked' : 'continue');
  };
  const scripts = { owner: says('owner', 'continue'), left: says('left', 'continue'), right: no };
  const ringed = await ring(t, scripts);
  const owner = place(ringed);
  const { state } = owner.workspace;
  await run(owner, meshCircle, [['pages'], { tier: '3', rounds: '2' }]);
  const [session = ''] = circleSessions(state);
  const stateNow = () => {
    const circle = readCircle(state, session);
    return `${placeOf(circle)}${circle.gate === undefined ? '' : ' waits'}`;
  };
  const seen = [stateNow()];
  while (!['complete', 'aborted'].includes(seen.at(-1) ?? '')) {
    const before = seen.at(-1);
    await ringed.nodes.get('owner')?.end();
    await ringed.connect('owner');
    if (stateNow().endsWith(' waits')) {
      const answer = stateNow() === 'final2 waits' && seen.includes('final2') ? 'again' : 'approve';
      await run(owner, meshGate, [[session, answer]]);
    }
    seen.push(await until(stateNow, (now) => now !== before));
  }
  const circle = readCircle(state, session);
  t.same(circle.notices, [], 'nobody counts as silent');
  for (const each of ['sr2.1 waits', 'final2 waits', 'final3 waits', 'complete'])
    t.ok(seen.includes(each), each);
  t.equal(circle.subround, 3);
  const turns = 3 * (1 + 3 * 2) + 3 + 3;
  const paid = Object.values(circle.usage).map(({ tokensIn }) => tokensIn ?? 0);
  t.equal(
    paid.reduce((sum, tokens) => sum + tokens, 0),
    90 * turns,
  );
});
