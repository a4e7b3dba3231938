/** Packages and change sets on the server, where any node of the mesh may write. */
import { Kvm } from '@nats-io/kv';
import { headers } from '@nats-io/transport-node';
import t from 'tap';
import { sha256 } from '../../../../src/kernel/hash.js';
import { Readers } from '../../../../src/modules/mesh/node/readers.js';
import { signValue } from '../../../../src/modules/mesh/wire/jws.js';
import { BUCKET } from '../../../../src/modules/mesh/wire/names.js';
import { MeshRefusal } from '../../../../src/modules/mesh/wire/refusal.js';
import { fetchSent, sendTo, sendToAll } from '../../../../src/modules/mesh/work/sent-objects.js';
import { getObject } from '../../../../src/modules/mesh/work/stored-objects.js';
import { type MeshNode, meshOf } from '../mesh-place.js';
import { NO_SERVER } from '../nats-server.js';
import { standingNode } from '../standing-node.js';
import { until } from '../until.js';

t.setTimeout(120_000);

t.test('what is said about an object need not be true', { skip: NO_SERVER }, async (t) => {
  const mesh = await meshOf(t, [{ id: 'lead' }, { id: 'rogue' }]);
  const [lead, rogue] = mesh.nodes as [MeshNode, MeshNode];
  const ours = (await standingNode(t, { mesh, node: lead })).live;
  const rogues = (await standingNode(t, { mesh, node: rogue })).live;
  const theirs = rogues.connection;
  await until(
    () => rogues.heard().has('lead'),
    (heard) => heard,
  );
  const text = 'x'.repeat(1024 * 1024);
  const name = sha256(text);
  const fetched = async (): Promise<string> => {
    try {
      const got = await fetchSent(ours, name);
      return got === text ? 'taken' : 'another text';
    } catch (error) {
      return error instanceof MeshRefusal ? error.code : String(error);
    }
  };
  await sendTo(rogues, 'lead', text);
  const subject = `$O.${BUCKET.objects}.M.${Buffer.from(`${name}.lead`).toString('base64').replaceAll('+', '-').replaceAll('/', '_')}`;
  const found = await theirs.request(
    `$JS.API.STREAM.MSG.GET.OBJ_${BUCKET.objects}`,
    JSON.stringify({ last_by_subj: subject }),
  );
  const { message } = found.json<{ readonly message: { readonly data: string } }>();
  const info = JSON.parse(Buffer.from(message.data, 'base64').toString('utf8')) as object;
  const say = async (more: object): Promise<void> => {
    const rollup = headers();
    rollup.set('Nats-Rollup', 'sub');
    await theirs.request(subject, JSON.stringify({ ...info, ...more }), {
      headers: rollup,
      timeout: 5_000,
    });
  };
  await say({ size: 10 });
  t.equal(await fetched(), 'bad-object', 'no more is read than was said');
  await say({ nuid: 'another' });
  t.equal(await fetched(), 'bad-object', 'parts that are not there');
  await say({ options: { link: { bucket: BUCKET.objects, name } } });
  t.equal(await fetched(), 'bad-object', 'a link to itself');
  await say({});
  t.equal(await fetched(), 'taken');
  const stream = await mesh.admin.request(`$JS.API.STREAM.INFO.OBJ_${BUCKET.objects}`);
  const { state } = stream.json<{ readonly state: { readonly consumer_count: number } }>();
  t.equal(state.consumer_count, 0, 'reading leaves nothing behind: the server has room for 1,000');
});

t.test('only those whom a text is for can read it', { skip: NO_SERVER }, async (t) => {
  const mesh = await meshOf(t, [{ id: 'lead' }, { id: 'helper' }, { id: 'other' }]);
  const [lead, helper, other] = mesh.nodes as [MeshNode, MeshNode, MeshNode];
  const nodes = [lead, helper, other].map(async (node) => standingNode(t, { mesh, node }));
  const [ours, helps, others] = (await Promise.all(nodes)).map(({ live }) => live);
  if (ours === undefined || helps === undefined || others === undefined) throw new Error('three');
  await until(
    () => ours.heard().size,
    (size) => size === 2,
  );
  const taken = async (live: typeof ours, name: string, isForAll: boolean): Promise<unknown> =>
    fetchSent(live, name, { isForAll }).catch((error: unknown) => (error as MeshRefusal).code);
  const secret = 'the bees of Ada';
  const name = await sendTo(ours, 'helper', secret);
  t.equal(await taken(others, name, false), undefined, 'another node finds nothing');
  t.equal(await taken(helps, name, false), secret);
  const packed = 'a package of Ada';
  t.same(await sendToAll(ours, ['helper', 'unheard'], { text: packed }), ['lead', 'helper']);
  t.equal(await taken(others, sha256(packed), true), 'bad-object', 'not one of them');
  t.equal(await taken(helps, sha256(packed), true), packed);
  await sendToAll(ours, ['helper', 'other'], { text: packed });
  t.equal(await taken(others, sha256(packed), true), packed, 'allowed later');

  const messages = await mesh.admin.request(
    `$JS.API.STREAM.INFO.OBJ_${BUCKET.objects}`,
    JSON.stringify({ subjects_filter: '>' }),
  );
  const { state } = messages.json<{ readonly state: { readonly last_seq: number } }>();
  const stored = await Promise.all(
    Array.from({ length: state.last_seq }, async (_, at) => {
      const request = JSON.stringify({ seq: at + 1 });
      const subject = `$JS.API.STREAM.MSG.GET.OBJ_${BUCKET.objects}`;
      const found = (await mesh.admin.request(subject, request)).json<{
        readonly message?: { readonly data: string };
      }>();
      return Buffer.from(found.message?.data ?? '', 'base64').toString('utf8');
    }),
  );
  t.match(stored.join('\n'), /"protected"/);
  t.notMatch(stored.join('\n'), /of Ada/, 'the server has no plain text of it');
});

t.test(
  'a node of the release before gets plain text, and one that has had a key never does',
  { skip: NO_SERVER },
  async (t) => {
    const mesh = await meshOf(t, [{ id: 'lead' }, { id: 'older' }]);
    const [lead, older] = mesh.nodes as [MeshNode, MeshNode];
    const { live } = await standingNode(t, { mesh, node: lead });
    const connection = await mesh.connect(older);
    const announce = async (session: string, more: object): Promise<void> => {
      const { identity } = older;
      const body = { node: 'older', session, seq: 1, version: '1', ...more };
      const text = signValue('announcement', { node: 'older', key: identity.key }, body);
      await (await new Kvm(connection).open(BUCKET.nodes)).put('older', text);
      await until(
        () => live.heard().get('older')?.announcement.session,
        (heard) => heard === session,
      );
    };
    await t.rejects(sendTo(live, 'older', 'one'), { code: 'unknown-node' });
    await announce('before', {});
    const plain = await sendTo(live, 'older', 'one');
    t.equal(await getObject(connection, plain, 1_000), 'one');
    const { publicKey } = new Readers(older.workspace.state, older.identity);
    await announce('upgraded', { reader: publicKey });
    await announce('recorded', {});
    const name = await sendTo(live, 'older', 'two');
    t.equal(await getObject(connection, name, 1_000), undefined, 'not in plain text');
    t.match(await getObject(connection, `${name}.older`, 10_000), /"protected"/);
  },
);
