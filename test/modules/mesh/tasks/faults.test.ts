/** Machines, processes and servers that fail while tasks are open: nothing is lost or done twice. */
import { rmSync } from 'node:fs';
import { jetstreamManager, type StreamInfo } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import t, { type Test } from 'tap';
import { readArrival } from '../../../../src/modules/mesh/tasks/claim-store.js';
import { createLane, createStreams } from '../../../../src/modules/mesh/server/create-streams.js';
import { ownerPart } from '../../../../src/modules/mesh/tasks/owner-part.js';
import {
  BUCKET,
  laneOf,
  WAKE_STREAM,
  wakeSubject,
} from '../../../../src/modules/mesh/wire/names.js';
import { type Mesh, type MeshNode, meshOf, type Wanted } from '../mesh-place.js';
import { sideBySide } from '../side-by-side.js';
import { until } from '../until.js';
import { writeTask } from '../work/work-place.js';
import {
  claimsOf,
  complete,
  pageNow,
  recordNow,
  SHORT_LEASE,
  start,
  startChild,
  untilClaimed,
  untilState,
  work,
} from './task-place.js';

t.setTimeout(240_000);
const test = sideBySide(t);

type Three = {
  readonly mesh: Mesh;
  readonly owner: MeshNode;
  readonly first: MeshNode;
  readonly second: MeshNode;
};
async function three(
  t: Parameters<typeof meshOf>[0],
  wanted: Partial<Wanted> = {},
): Promise<Three> {
  const ids = ['lead', 'first', 'second'];
  const mesh = await meshOf(
    t,
    ids.map((id) => ({ id, ...wanted })),
  );
  const [owner, first, second] = mesh.nodes;
  if (owner === undefined || first === undefined || second === undefined) throw new Error('three');
  return { mesh, owner, first, second };
}

async function wakesOf({ admin }: Mesh): Promise<StreamInfo> {
  return await (await jetstreamManager(admin)).streams.info(WAKE_STREAM);
}

/** How often the bucket of announcements was written, as its last one says. */
async function announcementsOf({ admin }: Mesh, { identity }: MeshNode): Promise<number> {
  const nodes = await new Kvm(admin).open(BUCKET.nodes);
  return (await nodes.get(identity.node))?.revision ?? 0;
}

/** The first worker is a process of its own, and has claimed the task. */
async function threeWithChild(t: Test) {
  const nodes = await three(t);
  const { mesh, owner, first } = nodes;
  start(t, { mesh, node: owner }, { parts: SHORT_LEASE });
  const child = startChild(t, mesh, first);
  writeTask(owner, { task: 'page' });
  await untilClaimed(first, 'lead.page');
  await untilState(owner, 'page', 'claimed');
  return { ...nodes, child };
}

test('a worker is killed in a task: another one does it', async (t) => {
  const { mesh, owner, second, child } = await threeWithChild(t);
  child.kill('SIGKILL');
  start(t, { mesh, node: second });
  const again = await untilClaimed(second, 'lead.page', 2);
  t.equal(again.attempt, 2);
  work(second, 'lead.page');
  await untilState(owner, 'page', 'pending_review');
  t.match(pageNow(owner, 'page'), { node: 'second', attempt: 2, leftOut: [] });
});

test('a worker that was stopped past its lease cannot bring its result home', async (t) => {
  const { mesh, owner, first, second, child } = await threeWithChild(t);
  child.kill('SIGSTOP');
  work(first, 'lead.page');
  start(t, { mesh, node: second });
  await untilClaimed(second, 'lead.page', 2);
  work(second, 'lead.page');
  await untilState(owner, 'page', 'pending_review');
  child.kill('SIGCONT');
  await until(
    () => claimsOf(first),
    (claims) => claims.length === 0,
  );
  t.match(pageNow(owner, 'page'), { state: 'pending_review', node: 'second', attempt: 2 });
  t.match(readArrival(owner.workspace.state, 'page'), { from: 'second', attempt: 2 });
  t.match(await recordNow(mesh, owner, 'lead.page'), { record: { node: 'second', attempt: 2 } });
});

test('the server is killed and comes back', async (t) => {
  const { mesh, owner, first } = await three(t);
  start(t, { mesh, node: owner });
  start(t, { mesh, node: first });
  writeTask(owner, { task: 'before' });
  await untilClaimed(first, 'lead.before');
  await mesh.server.stop('SIGKILL');
  writeTask(owner, { task: 'meanwhile' });
  work(first, 'lead.before');
  await mesh.startAgain();
  await untilState(owner, 'before', 'pending_review');
  complete(owner, 'before');
  await untilClaimed(first, 'lead.meanwhile');
  t.match(pageNow(owner, 'before'), { state: 'completed', attempt: 1 });
});

test('what waits when the server ends is woken again at once', async (t) => {
  const { mesh, owner, first } = await three(t, { tags: ['gpu'] });
  await createLane(mesh.admin, laneOf(['gpu']), ['gpu']);
  start(t, { mesh, node: owner }, { parts: [ownerPart()] });
  writeTask(owner, { task: 'page' });
  writeTask(owner, { task: 'tagged', more: 'tags: [gpu]\n' });
  const waking = async () => (await wakesOf(mesh)).state.messages;
  await until(waking, (count) => count === 2);
  await mesh.server.stop('SIGKILL');
  await mesh.startAgain();
  await until(waking, (count) => count === 2);
  start(t, { mesh, node: first });
  await until(
    () => claimsOf(first).length,
    (count) => count === 1,
  );
});

test('a wake-up that a server without lanes has dropped is sent again', async (t) => {
  const { mesh, owner, first } = await three(t);
  start(t, { mesh, node: owner }, { parts: [ownerPart()] });
  const announced = (): Promise<number> => announcementsOf(mesh, owner).catch(() => 0);
  const before = await until(announced, (count) => count > 0);
  await mesh.server.stop('SIGKILL');
  await mesh.server.start();
  // By the third one, the owner has seen what else is new, and wakes nothing because of it.
  await until(announced, (count) => count >= before + 3);
  // It takes what the server would drop.
  const { streams } = await jetstreamManager(mesh.admin);
  await streams.add({ name: 'dropped', subjects: ['mesh.wake.*.*'] });
  writeTask(owner, { task: 'page' });
  const last = { last_by_subj: wakeSubject('any', 'normal') };
  await until(
    () => streams.getMessage('dropped', last).catch(() => null),
    (message) => message?.string().startsWith('lead.page ') === true,
  );
  await streams.delete('dropped');
  const begun = performance.now();
  await createStreams(mesh.admin);
  start(t, { mesh, node: first });
  await untilClaimed(first, 'lead.page');
  t.ok(performance.now() - begun < 20_000, 'in seconds, not after the next minute');
});

test('wake-ups that an earlier version kept on the disk are woken again', async (t) => {
  const { mesh, owner, first } = await three(t);
  const manager = await jetstreamManager(mesh.admin);
  await manager.streams.delete(WAKE_STREAM);
  await manager.streams.add({ name: WAKE_STREAM, subjects: ['mesh.wake.*.*'] });
  await createStreams(mesh.admin);
  t.equal((await wakesOf(mesh)).config.storage, 'memory');
  start(t, { mesh, node: owner });
  start(t, { mesh, node: first });
  writeTask(owner, { task: 'page' });
  await untilClaimed(first, 'lead.page');
});

test('its store is wiped: everything is filled again from the files', async (t) => {
  const { mesh, owner, first } = await three(t);
  start(t, { mesh, node: owner });
  start(t, { mesh, node: first });
  writeTask(owner, { task: 'page' });
  await untilClaimed(first, 'lead.page');
  await untilState(owner, 'page', 'claimed');
  writeTask(owner, { task: 'queued', more: 'priority: low\n' });
  await untilState(owner, 'queued', 'queued');
  await mesh.server.stop('SIGKILL');
  rmSync(mesh.store, { recursive: true });
  await mesh.startAgain();
  await until(
    () => recordNow(mesh, owner, 'lead.page').catch(() => undefined),
    (seen) => seen?.record.state === 'claimed',
  );
  t.match(await recordNow(mesh, owner, 'lead.page'), {
    by: 'lead',
    record: { node: 'first', attempt: 1 },
  });
  work(first, 'lead.page');
  await untilState(owner, 'page', 'pending_review');
  complete(owner, 'page');
  await untilClaimed(first, 'lead.queued');
  t.match(pageNow(owner, 'page'), { state: 'completed', attempt: 1, node: 'first' });
});

test('wake-ups that come twice, late or for nothing change nothing', async (t) => {
  const { mesh, owner, first } = await three(t);
  const connection = await mesh.connect(owner);
  for (const key of ['lead.page', 'lead.nothing', 'lead.page', 'no key', '', 'lead.page'])
    connection.publish(wakeSubject('any', 'high'), key);
  start(t, { mesh, node: owner });
  start(t, { mesh, node: first });
  writeTask(owner, { task: 'page' });
  await untilClaimed(first, 'lead.page');
  for (let i = 0; i < 5; i++) connection.publish(wakeSubject('any', 'high'), 'lead.page');
  work(first, 'lead.page');
  await untilState(owner, 'page', 'pending_review');
  complete(owner, 'page');
  for (let i = 0; i < 5; i++) connection.publish(wakeSubject('any', 'low'), 'lead.page');
  writeTask(owner, { task: 'next' });
  await untilClaimed(first, 'lead.next');
  t.match(pageNow(owner, 'page'), { state: 'completed', attempt: 1 });
  t.equal(claimsOf(first).length, 1);
});

test('machines whose clocks are an hour apart work together', async (t) => {
  const { mesh, owner, first } = await three(t);
  const hour = 3_600_000;
  start(t, { mesh, node: owner }, { ahead: -hour });
  start(t, { mesh, node: first }, { ahead: hour });
  writeTask(owner, { task: 'page' });
  await untilClaimed(first, 'lead.page');
  await untilState(owner, 'page', 'claimed');
  work(first, 'lead.page');
  await untilState(owner, 'page', 'pending_review');
  t.match(pageNow(owner, 'page'), { attempt: 1, node: 'first' });
});
