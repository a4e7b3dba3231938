/** Packages and change sets on the server, where any node of the mesh may write. */
import { headers } from '@nats-io/transport-node';
import t from 'tap';
import { sha256 } from '../../../../src/kernel/hash.js';
import { BUCKET } from '../../../../src/modules/mesh/wire/names.js';
import { MeshRefusal } from '../../../../src/modules/mesh/wire/refusal.js';
import { fetchObject, sendObject } from '../../../../src/modules/mesh/work/stored-objects.js';
import { meshOf } from '../mesh-place.js';
import { NO_SERVER } from '../nats-server.js';

t.setTimeout(120_000);

t.test('what is said about an object need not be true', { skip: NO_SERVER }, async (t) => {
  const mesh = await meshOf(t, [{ id: 'lead' }, { id: 'rogue' }]);
  const [lead, rogue] = mesh.nodes;
  if (lead === undefined || rogue === undefined) throw new Error('two nodes');
  const [ours, theirs] = [await mesh.connect(lead), await mesh.connect(rogue)];
  const text = 'x'.repeat(1024 * 1024);
  const name = sha256(text);
  const fetched = async (): Promise<string> => {
    try {
      const got = await fetchObject(ours, lead.workspace.state, name);
      return got === text ? 'taken' : 'another text';
    } catch (error) {
      return error instanceof MeshRefusal ? error.code : String(error);
    }
  };
  await sendObject(theirs, rogue.workspace.state, text);
  const subject = `$O.${BUCKET.objects}.M.${Buffer.from(name).toString('base64').replaceAll('+', '-').replaceAll('/', '_')}`;
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
  t.equal(await fetched(), 'too-large', 'no more is read than was said');
  await say({ digest: `SHA-256=${Buffer.alloc(32).toString('base64url')}` });
  t.equal(await fetched(), 'forged', 'other parts');
  await say({ options: { link: { bucket: BUCKET.objects, name } } });
  t.equal(await fetched(), 'forged', 'a link to itself');
  await say({});
  t.equal(await fetched(), 'taken');
});
