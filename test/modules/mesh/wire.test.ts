/** What nodes send each other, over a real server with the permissions that `mesh init` writes. */
import { Kvm } from '@nats-io/kv';
import t from 'tap';
import { keptRoster, keysOf } from '../../../src/modules/mesh/roster.js';
import { Opener, Sealer } from '../../../src/modules/mesh/wire/envelope.js';
import { BUCKET, messageSubject } from '../../../src/modules/mesh/wire/names.js';
import { MeshRefusal } from '../../../src/modules/mesh/wire/refusal.js';
import { meshNodes, meshOf } from './mesh-place.js';
import { NO_SERVER } from './nats-server.js';

t.setTimeout(120_000);

t.test(
  'a message arrives once, signed, and for its receiver only',
  { skip: NO_SERVER },
  async (t) => {
    const mesh = await meshOf(t, [{ id: 'lead' }, { id: 'left' }, { id: 'right' }]);
    const [, left, right] = mesh.nodes;
    if (left === undefined || right === undefined) throw new Error('three nodes');
    const [from, to] = [await mesh.connect(left), await mesh.connect(right)];
    const roster = keptRoster(right.workspace.state);
    if (roster === undefined) throw new Error('a roster');
    const opener = new Opener('right', 'session-of-right', keysOf(roster));
    const sealer = new Sealer(left.identity, 'session-of-left');
    const subject = messageSubject('right', 'call', 'left');
    const arrivals = to.subscribe('mesh.to.right.>');
    await to.flush();
    const sealed = sealer.seal(
      'call',
      { node: 'right', session: 'session-of-right' },
      { say: 'hello' },
    );
    for (const text of [sealed, sealed]) from.publish(subject, text);
    const taken: unknown[] = [];
    for await (const message of arrivals) {
      try {
        taken.push(opener.open(message.string()).payload);
      } catch (error) {
        taken.push(error instanceof MeshRefusal ? error.code : error);
      }
      if (taken.length === 2) break;
    }
    t.same(taken, [{ say: 'hello' }, 'replayed']);
  },
);

t.test('the server holds each node to its own subjects', { skip: NO_SERVER }, async (t) => {
  const mesh = await meshOf(t, [{ id: 'lead' }, { id: 'left' }]);
  const [, left] = mesh.nodes;
  if (left === undefined) throw new Error('two nodes');
  const connection = await mesh.connect(left);
  const denied = async (subject: string): Promise<string> => {
    const errors = connection.status()[Symbol.asyncIterator]();
    connection.publish(subject, 'x');
    for (;;) {
      const { value } = await errors.next();
      if (value?.type === 'error') return value.error.message;
    }
  };
  t.match(await denied(messageSubject('lead', 'call', 'right')), /permission/i, 'in another name');
  t.match(await denied(`$KV.${BUCKET.roster}.roster`), /permission/i, 'the roster');
  const nodes = await new Kvm(connection).open(BUCKET.nodes);
  await nodes.put('left', 'here');
  t.equal((await nodes.get('left'))?.string(), 'here');
  const tasks = await new Kvm(connection).open(BUCKET.tasks);
  const revision = await tasks.create('left.one', 'first');
  t.ok(await tasks.update('left.one', 'second', revision));
  await t.rejects(tasks.update('left.one', 'third', revision), { code: 10071 });
});

t.test('a sender that makes up sessions is not remembered without end', (t) => {
  const { nodes, roster } = meshNodes(t.testdir(), 'nats://127.0.0.1:1', [
    { id: 'lead' },
    { id: 'left' },
  ]);
  const [, left] = nodes;
  if (left === undefined) throw new Error('two nodes');
  const to = { node: 'lead', session: 'session-of-lead' };
  const opener = new Opener(to.node, to.session, keysOf(roster));
  const sent = (own: string): string => new Sealer(left.identity, own).seal('call', to, {});
  t.throws(() => opener.open(sent('x'.repeat(100_000))), { code: 'malformed' });
  t.throws(
    () => {
      for (let at = 0; at < 5_000; at++) opener.open(sent(`session-${at}`));
    },
    { code: 'too-large' },
  );
  t.end();
});
