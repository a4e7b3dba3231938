/** A node that others hear only after it has said that it is there, or has claimed a task. */
import { Kvm } from '@nats-io/kv';
import t from 'tap';
import { openRecord } from '../../../src/modules/mesh/tasks/judge-record.js';
import { keysOf } from '../../../src/modules/mesh/roster.js';
import { signValue } from '../../../src/modules/mesh/wire/jws.js';
import { BUCKET } from '../../../src/modules/mesh/wire/names.js';
import { MeshRefusal } from '../../../src/modules/mesh/wire/refusal.js';
import { fetchSent } from '../../../src/modules/mesh/work/sent-objects.js';
import { type MeshNode, meshOf } from './mesh-place.js';
import { NO_SERVER } from './nats-server.js';
import { standingNode } from './standing-node.js';
import { recordNow, start, untilState } from './tasks/task-place.js';
import { until } from './until.js';
import { writeTask } from './work/work-place.js';

t.setTimeout(120_000);

t.test('one that was there before its roster is heard with it', { skip: NO_SERVER }, async (t) => {
  const mesh = await meshOf(t, [{ id: 'lead' }, { id: 'helper' }]);
  const [lead, helper] = mesh.nodes as [MeshNode, MeshNode];
  const { live, said } = await standingNode(t, { mesh, node: lead });
  live.setRoster({ ...mesh.roster, nodes: mesh.roster.nodes.slice(0, 1) });
  const early = await standingNode(t, { mesh, node: helper });
  await until(
    () => said.join('\n'),
    (lines) => /helper is not a node of this mesh/.test(lines),
  );
  // It will not announce itself again.
  await early.die();
  t.notOk(live.heard().has('helper'));
  live.setRoster(mesh.roster);
  await until(
    () => live.heard().has('helper'),
    (isHeard) => isHeard,
  );
});

t.test(
  'one that was not heard when it claimed gets the package',
  { skip: NO_SERVER },
  async (t) => {
    const mesh = await meshOf(t, [{ id: 'lead' }, { id: 'helper' }]);
    const [owner, helper] = mesh.nodes as [MeshNode, MeshNode];
    start(t, { mesh, node: owner });
    writeTask(owner, { task: 'page' });
    await untilState(owner, 'page', 'queued');
    const kv = await new Kvm(await mesh.connect(helper)).open(BUCKET.tasks);
    const entry = await until(
      () => kv.get('lead.page'),
      (found) => found !== null,
    );
    if (entry === null) throw new Error('no record');
    const { record } = openRecord(entry.string(), keysOf(mesh.roster));
    const { key } = helper.identity;
    const claimed = { ...record, state: 'claimed', node: 'helper' };
    await kv.update(
      'lead.page',
      signValue('task', { node: 'helper', key }, claimed),
      entry.revision,
    );
    await untilState(owner, 'page', 'claimed');
    const { live } = await standingNode(t, { mesh, node: helper });
    const text = await until(
      () =>
        fetchSent(live, record.package, { isForAll: true }).catch((error: unknown) => {
          if (error instanceof MeshRefusal) return undefined;
          throw error;
        }),
      (found) => found !== undefined,
    );
    t.match(text, /\S/);
    t.match(await recordNow(mesh, owner, 'lead.page'), { record: { attempt: 1, node: 'helper' } });
  },
);
