/** Questions about logs and questions to agents are two stores; a peer's answer has bounds. */
import t from 'tap';
import { openAsks, writeAsk } from '../../../../src/modules/mesh/calls/ask-store.js';
import { askedLogs, askLog } from '../../../../src/modules/mesh/log/asked-logs.js';
import { logPart } from '../../../../src/modules/mesh/log/log-part.js';
import { type MeshNode, meshOf } from '../mesh-place.js';
import { NO_SERVER } from '../nats-server.js';
import { standingNode } from '../standing-node.js';
import { start } from '../tasks/task-place.js';
import { until } from '../until.js';

t.test('a question to an agent is none about a log, nor the other way round', async (t) => {
  const state = t.testdir();
  const ask = { name: 'left.0123456789abcdef', from: 'left', objective: 'Look.', agent: '' };
  writeAsk(state, { ...ask, until: 2 });
  t.same(askedLogs(state), []);
  const asked = askLog(state, 'left', 300);
  t.match(askedLogs(state), [{ node: 'left' }]);
  t.same(openAsks(state, 1), [{ ...ask, until: 2 }]);
  t.equal(await asked, undefined);
});

t.test(
  'a peer whose log does not end, or is none, is asked no more',
  { skip: NO_SERVER },
  async (t) => {
    const mesh = await meshOf(t, [{ id: 'lead' }, { id: 'endless' }]);
    const [lead, endless] = mesh.nodes as [MeshNode, MeshNode];
    const { live } = await standingNode(t, { mesh, node: endless });
    let asked = 0;
    let row: unknown = { seq: 1, chain: 'x', line: 'y'.repeat(100) };
    live.on('log', ({ payload }) => {
      asked++;
      const { id } = payload as { readonly id: string };
      live.send('log', 'lead', { type: 'rows', id, rows: [row], all: 1e15 });
    });
    start(t, { mesh, node: lead }, { parts: [logPart({ rows: 5, bytes: 1e6, ms: 60_000 })] });
    await until(
      () => live.heard().has('lead'),
      (heard) => heard,
    );
    const answer = await askLog(lead.workspace.state, 'endless', 20_000);
    t.match(answer, { why: 'the log of endless does not end: 6 rows' });
    t.equal(asked, 6);
    row = null;
    t.equal(await askLog(lead.workspace.state, 'endless', 1_000), undefined, 'not taken');
  },
);
