/** Failures, retries, the owner's decisions, lanes and capacity, over a real server. */
import { jetstreamManager } from '@nats-io/jetstream';
import t from 'tap';
import { createLane } from '../../../../src/modules/mesh/server/create-streams.js';
import { changesOf } from '../../../../src/modules/mesh/tasks/commit-pages.js';
import { ownerPart } from '../../../../src/modules/mesh/tasks/owner-part.js';
import { type PageNext, taskPage } from '../../../../src/modules/mesh/tasks/task-page.js';
import { laneOf, WAKE_STREAM } from '../../../../src/modules/mesh/wire/names.js';
import { read } from '../../../passes/pass-workspace.js';
import { type MeshNode, meshOf } from '../mesh-place.js';
import { sideBySide } from '../side-by-side.js';
import { until } from '../until.js';
import { writeTask } from '../work/work-place.js';
import {
  SOON,
  claimsOf,
  pageNow,
  recordNow,
  start,
  untilClaimed,
  untilState,
  work,
} from './task-place.js';

t.setTimeout(240_000);
const test = sideBySide(t);

/** What `mesh cancel` and `mesh retry` write. */
function decide({ workspace }: MeshNode, task: string, next: PageNext): void {
  workspace.commit((view) => {
    const page = taskPage(view, task);
    if (page === undefined) throw new Error(`no page of ${task}`);
    const changes = changesOf(view, page, next);
    return { actor: { kind: 'owner', name: 'test' }, runId: '', reason: 'test', changes };
  });
}

test('a task that fails goes to another node, then to the owner, who tries it again', async (t) => {
  const mesh = await meshOf(t, [{ id: 'lead' }, { id: 'first' }, { id: 'second' }]);
  const [owner, first, second] = mesh.nodes;
  if (owner === undefined || first === undefined || second === undefined) throw new Error('three');
  start(t, { mesh, node: owner });
  start(t, { mesh, node: first });
  writeTask(owner, { task: 'page' });
  await untilClaimed(first, 'lead.page');
  work(first, 'lead.page', 'unproved');
  await until(
    () => pageNow(owner, 'page'),
    (page) => page?.attempt === 2 && page.state === 'queued',
  );
  t.match(pageNow(owner, 'page'), { leftOut: ['first'], why: /first: the page is missing/ });
  start(t, { mesh, node: second });
  await untilClaimed(second, 'lead.page', 2);
  t.same(claimsOf(first), [], 'the node that failed is not asked again');
  work(second, 'lead.page', 'unproved');
  await untilState(owner, 'page', 'released');
  t.match(pageNow(owner, 'page'), { leftOut: ['first', 'second'], why: /no other node/ });
  t.match(read(owner, 'mesh/inbox/page-2-released.md'), 'the page is missing');
  await until(
    () => recordNow(mesh, owner, 'lead.page'),
    ({ record }) => record.state === 'released',
  );
  decide(owner, 'page', { state: 'queued', attempt: 3, leftOut: [] });
  await until(
    () => [...claimsOf(first), ...claimsOf(second)],
    (claims) => claims.some(({ attempt }) => attempt === 3),
  );
});

test('a cancelled task is dropped by the node that has it', async (t) => {
  const mesh = await meshOf(t, [{ id: 'lead' }, { id: 'first' }]);
  const [owner, first] = mesh.nodes;
  if (owner === undefined || first === undefined) throw new Error('two');
  start(t, { mesh, node: owner });
  start(t, { mesh, node: first });
  writeTask(owner, { task: 'page' });
  await untilClaimed(first, 'lead.page');
  await untilState(owner, 'page', 'claimed');
  decide(owner, 'page', { state: 'cancelled', node: 'first', why: 'not needed' });
  await until(
    () => claimsOf(first),
    (claims) => claims.length === 0,
  );
  t.match(await recordNow(mesh, owner, 'lead.page'), {
    by: 'lead',
    record: { state: 'cancelled' },
  });
  t.match(read(owner, 'mesh/inbox/page-1-cancelled.md'), 'not needed');
});

test('a page with a mistake is rejected, and says why', async (t) => {
  const mesh = await meshOf(t, [{ id: 'lead' }, { id: 'first' }]);
  const [owner] = mesh.nodes;
  if (owner === undefined) throw new Error('two');
  start(t, { mesh, node: owner });
  writeTask(owner, { task: 'page', writes: '["../other/**"]' });
  await untilState(owner, 'page', 'rejected');
  t.match(pageNow(owner, 'page'), { why: /leads out of the project/ });
});

test('a node takes what its tags allow, the high band first, and no more than it may', async (t) => {
  const mesh = await meshOf(t, [{ id: 'lead' }, { id: 'first' }, { id: 'big', tags: ['gpu'] }]);
  const [owner, first, big] = mesh.nodes;
  if (owner === undefined || first === undefined || big === undefined) throw new Error('three');
  await createLane(mesh.admin, laneOf(['gpu']), ['gpu']);
  // As a worker it would take its own wake-ups first, and hand each on a second later.
  start(t, { mesh, node: owner }, { parts: [ownerPart({ timing: SOON })] });
  writeTask(owner, { task: 'low', more: 'priority: low\n' });
  writeTask(owner, { task: 'normal' });
  writeTask(owner, { task: 'high', more: 'priority: high\n' });
  writeTask(owner, { task: 'train', more: 'tags: [gpu]\n' });
  const manager = await jetstreamManager(mesh.admin);
  await until(
    async () => (await manager.streams.info(WAKE_STREAM)).state.messages,
    (waiting) => waiting === 4,
  );
  start(t, { mesh, node: first });
  await untilClaimed(first, 'lead.high');
  work(first, 'lead.high');
  await untilClaimed(first, 'lead.normal');
  work(first, 'lead.normal');
  await untilClaimed(first, 'lead.low');
  start(t, { mesh, node: big });
  await untilClaimed(big, 'lead.train');
  t.notOk(claimsOf(first).some(({ spec }) => spec.task === 'train'));
});
