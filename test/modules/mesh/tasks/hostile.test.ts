/** A node that writes what it may not: it can delay a task, and nothing that it wrote counts. */
import { type KV, Kvm } from '@nats-io/kv';
import { headers } from '@nats-io/transport-node';
import t, { type Test } from 'tap';
import { recordOf } from '../../../../src/modules/mesh/tasks/judge-record.js';
import type { TaskRecord } from '../../../../src/modules/mesh/tasks/task.js';
import { signValue } from '../../../../src/modules/mesh/wire/jws.js';
import { BUCKET, laneOf } from '../../../../src/modules/mesh/wire/names.js';
import { createLane } from '../../../../src/modules/mesh/server/create-streams.js';
import { type Mesh, type MeshNode, meshOf } from '../mesh-place.js';
import { sideBySide } from '../side-by-side.js';
import { until } from '../until.js';
import { writeTask } from '../work/work-place.js';
import {
  changeSetOf,
  claimsOf,
  complete,
  pageNow,
  recordNow,
  start,
  untilClaimed,
  untilState,
  work,
} from './task-place.js';

t.setTimeout(240_000);
const test = sideBySide(t);
const KEY = 'lead.page';

type Place = {
  readonly mesh: Mesh;
  readonly owner: MeshNode;
  readonly helper: MeshNode;
  readonly rogue: MeshNode;
  readonly kv: KV;
};
async function place(t: Parameters<typeof meshOf>[0]): Promise<Place> {
  const mesh = await meshOf(t, [{ id: 'lead' }, { id: 'helper', tags: ['gpu'] }, { id: 'rogue' }]);
  const [owner, helper, rogue] = mesh.nodes;
  if (owner === undefined || helper === undefined || rogue === undefined) throw new Error('three');
  const kv = await new Kvm(await mesh.connect(rogue)).open(BUCKET.tasks);
  return { mesh, owner, helper, rogue, kv };
}

function signedBy({ identity }: MeshNode, record: TaskRecord): string {
  return signValue('task', { node: identity.node, key: identity.key }, record);
}

/** What its owner holds now. */
function heldNow(owner: MeshNode): TaskRecord {
  const page = pageNow(owner, 'page');
  if (page === undefined) throw new Error('no page');
  return recordOf(page, 'lead');
}

/** Until the owner has replaced it. */
async function restored(t: Test, { mesh, owner, kv }: Place, text: string): Promise<void> {
  await until(
    async () => (await kv.get(KEY))?.string(),
    (now) => now !== undefined && now !== text,
  );
  const { state, node } = heldNow(owner);
  t.match((await recordNow(mesh, owner, KEY)).record, { state, ...(node ? { node } : {}) });
}

test('illegal values are replaced by the last legal one', async (t) => {
  const here = await place(t);
  const { mesh, owner, helper, rogue, kv } = here;
  start(t, { mesh, node: owner });
  start(t, { mesh, node: helper });
  writeTask(owner, { task: 'page' });
  await untilClaimed(helper, KEY);
  await untilState(owner, 'page', 'claimed');
  const held = heldNow(owner);
  const queued: TaskRecord = { ...held, state: 'queued' };
  const values: Readonly<Record<string, string>> = {
    'no record at all': 'rubbish',
    'a claim that takes over': signedBy(rogue, { ...held, node: 'rogue' }),
    'work of another in its name': signedBy(rogue, { ...held, state: 'running' }),
    'a completed task': signedBy(rogue, { ...held, state: 'completed', node: 'rogue' }),
    'a task that goes home': signedBy(rogue, { ...queued, node: 'rogue' }),
    'an old record of its owner': signedBy(owner, queued),
    'a record of another task of its owner': signedBy(owner, { ...held, task: 'other' }),
    'a later attempt': signedBy(rogue, { ...held, attempt: 9, node: 'rogue' }),
    'a record of a stranger': signValue(
      'task',
      { node: 'stranger', key: rogue.identity.key },
      { ...held, node: 'stranger' },
    ),
    'a record with the signature of another': signValue(
      'task',
      { node: 'lead', key: rogue.identity.key },
      { ...held, state: 'completed' },
    ),
    'a value of another kind': changeSetOf(helper, claimsOf(helper)[0] ?? (undefined as never)),
  };
  for (const [name, text] of Object.entries(values)) {
    await kv.put(KEY, text);
    await restored(t, here, text);
    t.match(pageNow(owner, 'page'), { state: 'claimed', node: 'helper', attempt: 1 }, name);
  }
  await kv.delete(KEY);
  await until(
    () => kv.get(KEY),
    (entry) => entry?.operation === 'PUT',
  );
  work(helper, KEY);
  await untilState(owner, 'page', 'pending_review');
  complete(owner, 'page');
  await until(
    () => recordNow(mesh, owner, KEY),
    ({ record }) => record.state === 'completed',
  );
  t.match(pageNow(owner, 'page'), { state: 'completed', node: 'helper', attempt: 1 });
});

test('a node that says that it has a tag does not have it', async (t) => {
  const here = await place(t);
  const { mesh, owner, helper, rogue, kv } = here;
  await createLane(mesh.admin, laneOf(['gpu']), ['gpu']);
  start(t, { mesh, node: owner });
  start(t, { mesh, node: rogue });
  writeTask(owner, { task: 'page', more: 'tags: [gpu]\n' });
  await untilState(owner, 'page', 'queued');
  await until(
    () => kv.get(KEY),
    (entry) => entry !== null,
  );
  const claim = signedBy(rogue, { ...heldNow(owner), state: 'claimed', node: 'rogue' });
  await kv.put(KEY, claim);
  await restored(t, here, claim);
  t.match(pageNow(owner, 'page'), { state: 'queued', attempt: 1 });
  start(t, { mesh, node: helper });
  await untilClaimed(helper, KEY);
  t.same(claimsOf(rogue), [], 'its own service did not even try');
});

test('a node without the word of the owner gets nothing, and gives nothing', async (t) => {
  const mesh = await meshOf(t, [
    { id: 'lead', may: 'mail' },
    { id: 'helper', may: 'mail' },
  ]);
  const [owner, helper] = mesh.nodes;
  if (owner === undefined || helper === undefined) throw new Error('two');
  start(t, { mesh, node: owner });
  start(t, { mesh, node: helper });
  writeTask(owner, { task: 'page' });
  await untilState(owner, 'page', 'queued');
  const kv = await new Kvm(await mesh.connect(helper)).open(BUCKET.tasks);
  await until(
    () => kv.get(KEY),
    (entry) => entry !== null,
  );
  const claim = signedBy(helper, { ...heldNow(owner), state: 'claimed', node: 'helper' });
  await kv.put(KEY, claim);
  await until(
    async () => (await kv.get(KEY))?.string(),
    (now) => now !== claim,
  );
  t.match(pageNow(owner, 'page'), { state: 'queued' });
  t.same(claimsOf(helper), []);
});

test('a task outlives a node that empties the stores', async (t) => {
  const { mesh, owner, helper, rogue, kv } = await place(t);
  start(t, { mesh, node: owner });
  writeTask(owner, { task: 'page' });
  await untilState(owner, 'page', 'queued');
  await until(
    () => kv.get(KEY),
    (entry) => entry?.operation === 'PUT',
  );
  const connection = await mesh.connect(rogue);
  const all = headers();
  all.set('Nats-Rollup', 'all');
  for (const subject of [`$KV.${BUCKET.tasks}.rogue.x`, `$O.${BUCKET.objects}.M.x`])
    await connection.request(subject, '{}', { headers: all, timeout: 5_000 });
  t.equal(await kv.get(KEY), null, 'the record is gone');
  start(t, { mesh, node: helper });
  await untilClaimed(helper, KEY);
});
