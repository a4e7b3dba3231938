/** Wake-ups that are asked for together: none is lost, and none is kept from another node. */
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import t from 'tap';
import { WakeUps } from '../../../../src/modules/mesh/tasks/wake-ups.js';
import {
  type Band,
  WAKE_STREAM,
  wakeConsumer,
  wakeSubject,
} from '../../../../src/modules/mesh/wire/names.js';
import { type Mesh, meshOf } from '../mesh-place.js';
import { NO_SERVER } from '../nats-server.js';
import { until } from '../until.js';

const ANY = ['any'];
const skip = NO_SERVER;

async function two(t: Parameters<typeof meshOf>[0]) {
  const mesh = await meshOf(t, [{ id: 'lead' }, { id: 'first' }, { id: 'second' }]);
  const [owner, ...workers] = mesh.nodes;
  if (owner === undefined) throw new Error('no owner');
  const stream = jetstream(await mesh.connect(owner), { checkAPI: false });
  const manager = await jetstreamManager(mesh.admin);
  const wake = async (band: Band, names: readonly string[]) => {
    for (const name of names) await stream.publish(wakeSubject('any', band), `lead.${name}`);
    // The server confirms a message before its consumers have heard of it.
    await until(
      () => manager.consumers.info(WAKE_STREAM, wakeConsumer('any', band)),
      (known) => known.num_pending + known.delivered.consumer_seq >= names.length,
    );
  };
  const [first, second] = await Promise.all(
    workers.map(async (node) => new WakeUps(await mesh.connect(node), node.identity.node)),
  );
  if (first === undefined || second === undefined) throw new Error('two workers');
  return { mesh, wake, first, second };
}

async function waiting({ admin }: Mesh): Promise<number> {
  return (await (await jetstreamManager(admin)).streams.info(WAKE_STREAM)).state.messages;
}

t.test('a node gets as many as it has room for, and eight at most', { skip }, async (t) => {
  const { wake, first, second } = await two(t);
  await wake(
    'normal',
    Array.from({ length: 12 }, (_, i) => `t${i}`),
  );
  t.equal((await first.next(ANY, 2))?.text, 'lead.t0');
  t.equal((await second.next(ANY, 100))?.text, 'lead.t2');
  t.equal((await first.next(ANY, 1))?.text, 'lead.t1');
  t.equal((await first.next(ANY, 1))?.text, 'lead.t10', 'the second node has those before it');
  t.equal((await second.next(ANY, 99))?.text, 'lead.t3');
});

t.test('fewer than it has room for come at once', { skip }, async (t) => {
  const { wake, first } = await two(t);
  await wake('normal', ['a', 'b']);
  const texts = [await first.next(ANY, 8), await first.next(ANY, 8)].map((each) => each?.text);
  t.same(texts, ['lead.a', 'lead.b']);
  t.equal(await first.next(ANY, 8), undefined);
});

t.test('one of a higher band overtakes those that it has', { skip }, async (t) => {
  const { wake, first } = await two(t);
  await wake('low', ['a', 'b', 'c']);
  t.equal((await first.next(ANY, 3))?.text, 'lead.a');
  await wake('high', ['urgent']);
  const texts: (string | undefined)[] = [];
  const take = async () => texts.push((await first.next(ANY, 3))?.text);
  await until(take, () => texts.includes('lead.urgent'));
  t.ok(texts.indexOf('lead.urgent') < texts.indexOf('lead.c') || !texts.includes('lead.c'));
});

t.test('a node without room returns those that it has', { skip }, async (t) => {
  const { wake, first, second } = await two(t);
  await wake('normal', ['a', 'b', 'c']);
  t.equal((await first.next(ANY, 3))?.text, 'lead.a');
  first.rest();
  const texts: (string | undefined)[] = [];
  await until(
    async () => texts.push((await second.next(ANY, 1))?.text),
    () => texts.includes('lead.b') && texts.includes('lead.c'),
  );
});

t.test('what is done is gone with the next request, or with the rest', { skip }, async (t) => {
  const { mesh, wake, first } = await two(t);
  await wake('normal', ['a', 'b', 'c']);
  for (const room of [2, 1]) {
    const message = await first.next(ANY, room);
    if (message !== undefined) first.done(message);
  }
  t.equal(await waiting(mesh), 3, 'the server does not know yet');
  const last = await first.next(ANY, 1);
  await until(
    () => waiting(mesh),
    (count) => count === 1,
  );
  if (last !== undefined) first.done(last);
  first.rest();
  await until(
    () => waiting(mesh),
    (count) => count === 0,
  );
});
