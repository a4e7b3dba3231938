/** Nodes of the release before and after this one work with it; others are only shown. */
import { Kvm } from '@nats-io/kv';
import t from 'tap';
import { type Message, Sealer } from '../../../src/modules/mesh/wire/envelope.js';
import { signValue, unverifiedBody } from '../../../src/modules/mesh/wire/jws.js';
import { BUCKET, type MessageKind, messageSubject } from '../../../src/modules/mesh/wire/names.js';
import { type MeshNode, meshOf } from './mesh-place.js';
import { NO_SERVER } from './nats-server.js';
import { standingNode } from './standing-node.js';
import { until } from './until.js';

t.setTimeout(120_000);

t.test('nodes of two versions work together', { skip: NO_SERVER }, async (t) => {
  const mesh = await meshOf(t, [
    { id: 'lead' },
    { id: 'older' },
    { id: 'newer', tags: ['gpu'] },
    { id: 'distant' },
  ]);
  const [lead, older, newer, distant] = mesh.nodes as [MeshNode, MeshNode, MeshNode, MeshNode];
  const { live, said } = await standingNode(t, { mesh, node: lead });
  const announce = async (node: MeshNode, body: object): Promise<void> => {
    const bucket = await new Kvm(await mesh.connect(node)).open(BUCKET.nodes);
    const id = node.identity.node;
    const text = signValue(
      'announcement',
      { node: id, key: node.identity.key },
      { node: id, ...body },
    );
    await bucket.put(id, text);
  };
  await announce(older, { session: 'a', seq: 1, version: '0' });
  await announce(newer, {
    ...{ session: 'b', seq: 1, version: '2', tags: ['gpu', 7, 'a\u001b[2J'], capacity: 1e9 },
    ...{ running: [{ owner: 'lead', task: 'one', attempt: 1, since: 'later' }, 'x'], moon: 'full' },
  });
  await announce(distant, { session: 'c', seq: 1, version: '3' });
  await until(
    () => live.heardAtAll().size,
    (size) => size === 3,
  );
  t.same([...live.heard().keys()].sort(), ['newer', 'older']);
  t.match(live.heard().get('older')?.announcement, { tags: [], running: [], capacity: 0 });
  const heard = live.heard().get('newer')?.announcement;
  t.same(heard?.tags, ['gpu'], 'what is no name is left out');
  t.equal(heard?.capacity, 64);
  t.same(heard?.running, [{ owner: 'lead', task: 'one', attempt: 1 }]);
  t.notOk(Object.hasOwn(heard ?? {}, 'moon'), 'unknown members are ignored');
  t.throws(() => live.send('mail', 'distant', {}), { code: 'unknown-node' });

  const connection = await mesh.connect(newer);
  const answers = connection.subscribe('mesh.to.newer.>');
  const sealer = new Sealer(newer.identity, 'b');
  const own = await until(
    async () => (await (await new Kvm(connection).open(BUCKET.nodes)).get('lead'))?.string(),
    (text) => text !== undefined,
  );
  const { session } = unverifiedBody(own ?? '') as { readonly session: string };
  const send = (kind: string): void => {
    const known = kind as MessageKind;
    const text = sealer.seal(known, { node: 'lead', session }, { wish: 'moon' });
    connection.publish(messageSubject('lead', known, 'newer'), text);
  };
  send('refusal');
  send('telepathy');
  for await (const message of answers) {
    const { kind, payload } = unverifiedBody(message.string()) as Message;
    t.equal(kind, 'refusal');
    t.same(payload, { code: 'unknown-kind', kind: 'telepathy' }, 'and a refusal is not answered');
    break;
  }
  t.match(said.at(-1), /unknown kind, "telepathy"/);
});

t.test(
  'an announcement in another name, or of nonsense, is not taken',
  { skip: NO_SERVER },
  async (t) => {
    const mesh = await meshOf(t, [{ id: 'lead' }, { id: 'left' }, { id: 'right' }]);
    const [lead, left] = mesh.nodes as [MeshNode, MeshNode];
    const { live, said } = await standingNode(t, { mesh, node: lead });
    const bucket = await new Kvm(await mesh.connect(left)).open(BUCKET.nodes);
    const { key } = left.identity;
    const body = { node: 'right', session: 'a', seq: 1, version: '1' };
    const long = { ...body, node: 'left', tags: ['x'.repeat(70_000)] };
    for (const text of [
      'moon',
      signValue('announcement', { node: 'left', key }, body),
      signValue('announcement', { node: 'right', key }, body),
      signValue('announcement', { node: 'left', key }, { ...body, node: 'left', version: 'x' }),
      signValue('announcement', { node: 'left', key }, long),
      signValue('task', { node: 'left', key }, { ...body, node: 'left' }),
    ])
      await bucket.put('left', text);
    await until(
      () => said.length,
      (count) => count === 6,
    );
    t.equal(live.heardAtAll().size, 0);
    await bucket.put(
      'left',
      signValue('announcement', { node: 'left', key }, { ...body, node: 'left' }),
    );
    await until(
      () => live.heard().size,
      (size) => size === 1,
    );
  },
);
