/** What an asker knows of a call whose other side is silent, chatty, late or confused. */
import t from 'tap';
import type { CallOutcome } from '../../../../src/modules/mesh/calls/call.js';
import type { Asking } from '../../../../src/modules/mesh/calls/calls.js';
import type { LiveNode } from '../../../../src/modules/mesh/node/live-node.js';
import { meshOf } from '../mesh-place.js';
import { NO_SERVER } from '../nats-server.js';
import { type Connected, connected, meshRows, type Scope, until } from './calling-mesh.js';
import { answer, type Script, scriptedNode } from './scripted-node.js';

t.setTimeout(120_000);

type Scripted = {
  readonly near: Connected;
  readonly far: LiveNode;
  readonly cancelled: readonly string[];
  ask(more?: Partial<Asking>): Promise<CallOutcome>;
};

async function scripted(t: Scope, script: Script): Promise<Scripted> {
  const mesh = await meshOf(t, [{ id: 'near' }, { id: 'far' }, { id: 'third' }]);
  const [first, second, third] = mesh.nodes;
  if (first === undefined || second === undefined || third === undefined)
    throw new Error('three nodes');
  const near = await connected(mesh, first);
  t.teardown(() => near.end());
  const cancelled: string[] = [];
  const seen = (call: string): void => void cancelled.push(call);
  const far = await scriptedNode(mesh, second, { script, cancelled: seen });
  t.teardown(() => far.close());
  await until(() => near.live.heard().has('far') && far.heard().has('near'));
  return {
    ...{ near, far, cancelled },
    ask: (more = {}) =>
      near.calls.ask('far', {
        ...{ kind: 'tool', body: { tool: 'read', args: {} }, idleMs: 5_000, totalMs: 60_000 },
        ...more,
      }),
  };
}

t.test('silence ends a call, which is then unknown', { skip: NO_SERVER }, async (t) => {
  let late: () => void = () => undefined;
  const mesh = await scripted(t, (call, from, node) => {
    late = () => node.send('answer', from, answer(call, 'too late'));
  });
  const outcome = await mesh.ask({ idleMs: 300 });
  t.match(outcome, { kind: 'unknown', code: 'unknown', why: /nothing came from far for 0.3 s/ });
  await until(() => mesh.cancelled.length === 1);
  late();
  await until(() => meshRows(mesh.near.place).some(({ event }) => event === 'call-late'));
  t.match(meshRows(mesh.near.place).at(-1), { node: 'far', call: outcome.call, hash: /^\w{64}$/ });
  late();
  await until(() => meshRows(mesh.near.place).some(({ event }) => event === 'message-refused'));
  t.match(
    meshRows(mesh.near.place).at(-1),
    { why: /^not-asked/ },
    'a second one is nothing at all',
  );
});

t.test('who chatters is ended at the absolute deadline', { skip: NO_SERVER }, async (t) => {
  let chatter: NodeJS.Timeout | undefined;
  const mesh = await scripted(t, (call, from, node) => {
    let seq = 0;
    chatter = setInterval(() => node.send('chunk', from, { call, seq: ++seq, data: 'more' }), 20);
  });
  let heard = 0;
  const outcome = await mesh.ask({ idleMs: 300, totalMs: 900, onChunk: () => heard++ });
  t.match(outcome, { kind: 'unknown', why: /far did not end within 0.9 s/ });
  t.ok(heard > 3, `${heard} chunks came until then`);
  await until(() => mesh.cancelled.length === 1);
  clearInterval(chatter);
});

t.test('chunks come in order, each once, and a gap is told', { skip: NO_SERVER }, async (t) => {
  const orders = [
    [3, 1, 2, 2, 1],
    [1, 2, 4],
  ];
  const mesh = await scripted(t, (call, from, node) => {
    const order = orders.shift() ?? [];
    for (const seq of order) node.send('chunk', from, { call, seq, data: `c${seq}` });
    node.send('answer', from, answer(call, 'done', Math.max(...order)));
  });
  const heard: unknown[] = [];
  const onChunk = (data: unknown): void => void heard.push(data);
  t.match(await mesh.ask({ onChunk }), { kind: 'answered', missing: [] });
  t.same(heard.splice(0), ['c1', 'c2', 'c3']);
  t.match(await mesh.ask({ onChunk }), { kind: 'answered', missing: [3] });
  t.same(heard, ['c1', 'c2', 'c4']);
});

t.test('only the node that was asked answers', { skip: NO_SERVER }, async (t) => {
  const mesh = await meshOf(t, [{ id: 'near' }, { id: 'far' }, { id: 'third' }]);
  const [first, second, third] = mesh.nodes;
  if (first === undefined || second === undefined || third === undefined)
    throw new Error('three nodes');
  const near = await connected(mesh, first);
  t.teardown(() => near.end());
  const thief = await scriptedNode(mesh, third, { script: () => undefined });
  t.teardown(() => thief.close());
  const far = await scriptedNode(mesh, second, {
    script(call, from, node) {
      thief.send('chunk', 'near', { call, seq: 1, data: 'forged' });
      thief.send('answer', 'near', answer(call, 'forged', 1));
      void thief.connection.flush().then(() => {
        node.send('chunk', from, { call, seq: 1, data: 'true' });
        node.send('answer', from, answer(call, 'true', 1));
      });
    },
  });
  t.teardown(() => far.close());
  await until(() => near.live.heard().size >= 2 && thief.heard().has('near'));
  await until(() => far.heard().has('near'));
  const heard: unknown[] = [];
  const outcome = await near.calls.ask('far', {
    ...{ kind: 'tool', body: {}, idleMs: 5_000, totalMs: 60_000 },
    onChunk: (data) => heard.push(data),
  });
  t.match(outcome, { kind: 'answered', value: 'true' });
  t.same(heard, ['true']);
  t.ok(
    meshRows(first).some(({ event, node }) => event === 'message-refused' && node === 'third'),
    'the forger is on record',
  );
});

t.test('a caller that gives up tells the other side', { skip: NO_SERVER }, async (t) => {
  const mesh = await scripted(t, () => undefined);
  const ending = new AbortController();
  const asked = mesh.ask({ signal: ending.signal });
  ending.abort();
  t.match(await asked, { kind: 'cancelled', code: 'cancelled' });
  await until(() => mesh.cancelled.length === 1);
  t.match(await mesh.ask({ signal: AbortSignal.abort() }), { kind: 'cancelled' });
});

t.test('a node that starts again leaves its calls unknown', { skip: NO_SERVER }, async (t) => {
  const mesh = await meshOf(t, [{ id: 'near' }, { id: 'far' }]);
  const [first, second] = mesh.nodes;
  if (first === undefined || second === undefined) throw new Error('two nodes');
  const near = await connected(mesh, first);
  t.teardown(() => near.end());
  const dead = await scriptedNode(mesh, second, { script: () => undefined });
  await until(() => near.live.heard().has('far'));
  const asked = near.calls.ask('far', {
    ...{ kind: 'tool', body: {}, idleMs: 60_000, totalMs: 60_000 },
  });
  await dead.connection.close();
  const again = await scriptedNode(mesh, second, { script: () => undefined });
  t.teardown(() => again.close());
  t.match(await asked, { kind: 'unknown', why: /has started again/ });
});
