/** What one node writes over the package of a task is no fault of the node that works on it. */
import t from 'tap';
import { readTextIfThere } from '../../../../src/workspace/read-if-there.js';
import { putObject } from '../../../../src/modules/mesh/work/stored-objects.js';
import { type MeshNode, meshOf } from '../mesh-place.js';
import { NO_SERVER } from '../nats-server.js';
import { pageNow, start, untilClaimed, untilState } from '../tasks/task-place.js';
import { until } from '../until.js';
import { writeTask } from './work-place.js';

t.setTimeout(240_000);

t.test(
  'a package that somebody has written over is sent again, and nobody is left out',
  { skip: NO_SERVER },
  async (t) => {
    const mesh = await meshOf(t, [{ id: 'lead' }, { id: 'worker' }, { id: 'rogue' }]);
    const [owner, worker, rogue] = mesh.nodes as [MeshNode, MeshNode, MeshNode];
    start(t, { mesh, node: owner });
    const known = start(t, { mesh, node: worker });
    await until(
      () => readTextIfThere(`${owner.workspace.state}/mesh/readers.json`) ?? '',
      (text) => text.includes('worker'),
    );
    await known.stop();
    writeTask(owner, { task: 'page' });
    await untilState(owner, 'page', 'queued');
    const connection = await mesh.connect(rogue);
    const name = pageNow(owner, 'page')?.package ?? '';
    await until(
      async () => {
        const found = await connection.request(
          '$JS.API.STREAM.INFO.OBJ_mesh-objects',
          JSON.stringify({ subjects_filter: '>' }),
        );
        return found.json<{ readonly state: { readonly messages: number } }>().state.messages;
      },
      (messages) => messages > 0,
    );
    await putObject(connection, { name, readers: 'all', isLost: true }, () => 'rubbish');
    const { said } = start(t, { mesh, node: worker });
    await until(
      () => pageNow(owner, 'page'),
      (page) => page?.attempt === 2,
      { ms: 90_000 },
    );
    t.match(said.join('\n'), /returned: the object .* cannot be read/);
    t.same(pageNow(owner, 'page')?.leftOut, []);
    const claim = await untilClaimed(worker, 'lead.page', 2);
    t.equal(claim.package, name, 'the same package, which the owner has sent again');
    t.ok(readTextIfThere(`${worker.workspace.state}/mesh/objects/${name}`));
  },
);
