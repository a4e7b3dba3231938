/** A store of the server whose files are cut off: the nodes fill in what is missing. */
import { statSync, truncateSync } from 'node:fs';
import fastGlob from 'fast-glob';
import t from 'tap';
import { type MeshNode, meshOf } from '../mesh-place.js';
import { NO_SERVER } from '../nats-server.js';
import { writeTask } from '../work/work-place.js';
import { complete, pageNow, start, untilClaimed, untilState, work } from './task-place.js';

t.setTimeout(400_000);
const skip = NO_SERVER;

for (const keeps of [0, 0.5, 0.97])
  t.test(
    `its store keeps ${keeps * 100} percent of each file: what is missing is filled again`,
    { skip },
    async (t) => {
      const mesh = await meshOf(t, [{ id: 'lead' }, { id: 'first' }]);
      const [owner, first] = mesh.nodes as [MeshNode, MeshNode];
      start(t, { mesh, node: owner });
      start(t, { mesh, node: first });
      writeTask(owner, { task: 'page' });
      await untilClaimed(first, 'lead.page');
      await untilState(owner, 'page', 'claimed');
      writeTask(owner, { task: 'next', more: 'priority: low\n' });
      await untilState(owner, 'next', 'queued');
      await mesh.server.stop('SIGKILL');
      t.ok(truncate(mesh.store, keeps) > 3, 'files with messages');
      await mesh.startAgain();
      work(first, 'lead.page');
      await untilState(owner, 'page', 'pending_review');
      complete(owner, 'page');
      await untilClaimed(first, 'lead.next');
      work(first, 'lead.next');
      await untilState(owner, 'next', 'pending_review');
      for (const task of ['page', 'next'])
        t.match(pageNow(owner, task), { attempt: 1, node: 'first' });
    },
  );

/** All files in which the server keeps messages. @returns how many there are. */
function truncate(store: string, keeps: number): number {
  const files = fastGlob.sync('**/msgs/*.blk', { cwd: store, absolute: true });
  for (const file of files) truncateSync(file, Math.floor(statSync(file).size * keeps));
  return files.length;
}
