/** A task from a page in the outbox to a change set at home, over a real server. */
import t from 'tap';
import { readArrival, readClaim } from '../../../../src/modules/mesh/tasks/claim-store.js';
import { meshOf } from '../mesh-place.js';
import { NO_SERVER } from '../nats-server.js';
import { until } from '../until.js';
import { writeTask } from '../work/work-place.js';
import {
  complete,
  pageNow,
  recordNow,
  start,
  untilClaimed,
  untilState,
  work,
} from './task-place.js';

t.setTimeout(120_000);

t.test(
  'a page becomes a task, is claimed, and its change set comes home',
  { skip: NO_SERVER },
  async (t) => {
    const mesh = await meshOf(t, [{ id: 'lead' }, { id: 'helper' }]);
    const [owner, helper] = mesh.nodes;
    if (owner === undefined || helper === undefined) throw new Error('two nodes');
    start(t, { mesh, node: owner });
    start(t, { mesh, node: helper });
    writeTask(owner, { task: 'page' });
    const claim = await untilClaimed(helper, 'lead.page');
    t.match(claim, { owner: 'lead', attempt: 1, spec: { title: 'Write the page page' } });
    await untilState(owner, 'page', 'claimed');
    t.match(pageNow(owner, 'page'), { node: 'helper', attempt: 1, package: claim.package });
    work(helper, 'lead.page');
    await untilState(owner, 'page', 'pending_review');
    t.match(readArrival(owner.workspace.state, 'page'), {
      from: 'helper',
      attempt: 1,
      package: claim.package,
    });
    t.match(await recordNow(mesh, owner, 'lead.page'), {
      by: 'helper',
      record: { state: 'pending_review', node: 'helper' },
    });
    complete(owner, 'page');
    await until(
      () => readClaim(helper.workspace.state, 'lead.page'),
      (seen) => seen === undefined,
    );
    t.match(await recordNow(mesh, owner, 'lead.page'), {
      by: 'lead',
      record: { state: 'completed' },
    });
  },
);
