/** What a node of the mesh may try with calls: each is refused, with its code, and on record. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import t from 'tap';
import { keptRoster, keysOf } from '../../../../src/modules/mesh/roster.js';
import { Sealer } from '../../../../src/modules/mesh/wire/envelope.js';
import { type MessageKind, messageSubject } from '../../../../src/modules/mesh/wire/names.js';
import { readSigned } from '../../../../src/modules/mesh/wire/jws.js';
import type { Asking } from '../../../../src/modules/mesh/calls/calls.js';
import { partsOf } from '../../../../src/modules/mesh/calls/parcels.js';
import { NO_SERVER } from '../nats-server.js';
import { type Connected, callingMesh, editPage, meshRows, until } from './calling-mesh.js';

t.setTimeout(120_000);

type Victim = {
  readonly near: Connected;
  readonly far: Connected;
  /** A message of `near` to `far` as it would be sent. */
  sealed(kind: MessageKind, payload: unknown, own?: Sealer): string;
  publish(text: string, kind?: MessageKind): void;
  /** Resolves with what `far` has on record about a refusal that begins so. */
  refusal(code: string): Promise<Readonly<Record<string, unknown>>>;
};

async function victim(t: Parameters<typeof callingMesh>[0], may?: string): Promise<Victim> {
  const wanted = may === undefined ? { id: 'far' } : { id: 'far', may };
  const { nodes } = await callingMesh(t, [{ id: 'near' }, wanted]);
  const [near, far] = nodes;
  if (near === undefined || far === undefined) throw new Error('two nodes');
  const session = near.live.heard().get('far')?.announcement.session ?? '';
  const sealer = new Sealer(near.place.identity, 'a-session-of-its-own');
  return {
    ...{ near, far },
    sealed: (kind, payload, own = sealer) => own.seal(kind, { node: 'far', session }, payload),
    publish: (text, kind = 'call') =>
      near.live.connection.publish(messageSubject('far', kind, 'near'), text),
    async refusal(code) {
      const row = () =>
        meshRows(far.place).find(({ event, why }) => {
          const isRefusal = String(event).endsWith('-refused');
          return isRefusal && String(why).startsWith(code);
        });
      await until(() => row() !== undefined);
      return row() ?? {};
    },
  };
}

function request(call: string, body: unknown): readonly unknown[] {
  const value = { kind: 'tool', key: 'a-key-of-its-own', totalMs: 60_000, body };
  return partsOf(call, JSON.stringify(value));
}

t.test('forged, replayed and malformed messages are refused', { skip: NO_SERVER }, async (t) => {
  const { near, far, sealed, publish, refusal } = await victim(t);
  editPage(far.place, (text) => text.replace(/\| - \|$/m, '| read |'));
  const [part] = request('call-forged', { tool: 'read', args: { path: 'MEMORY.md' } });
  const { privateKey: key } = generateKeyPairSync('ed25519');
  const forger = new Sealer({ ...near.place.identity, key }, 'forged-session');
  publish(sealed('call', part, forger));
  t.match(await refusal('forged'), { event: 'message-refused', node: 'near' });

  const once = sealed('call', part);
  publish(once);
  publish(once);
  t.match(await refusal('replayed'), { node: 'near' });
  await until(() => meshRows(far.place).some(({ event }) => event === 'call-done'));
  const done = meshRows(far.place).filter(({ event }) => event === 'call-done');
  t.equal(done.length, 1, 'what came twice was carried out once');

  const elsewhere = new Sealer(near.place.identity, 'third-session');
  const session = near.live.heard().get('far')?.announcement.session ?? '';
  publish(elsewhere.seal('call', { node: 'near', session }, part));
  t.match(await refusal('not-for-us'), { node: 'near' });
  publish(elsewhere.seal('call', { node: 'far', session: 'of last night' }, part));
  t.match(await refusal('old-session'), { node: 'near' });
  publish('no signed value at all');
  publish(sealed('call', { call: 'x' }));
  publish(sealed('call', { call: 'call-parts', part: 5, of: 2, text: '' }));
  t.match(await refusal('malformed'), { node: 'near' });
  await until(() => meshRows(near.place).length > 0);
  t.match(
    meshRows(near.place).map(({ event, why }) => `${event} ${why}`),
    [/^message-refused not-asked/],
    'the answer is to no call of this node',
  );
});

t.test('oversized messages and requests are refused', { skip: NO_SERVER }, async (t) => {
  const { near, far, publish, refusal } = await victim(t);
  publish(randomBytes(300 * 1024).toString('hex'));
  t.match(await refusal('too-large'), { event: 'message-refused', node: 'near' });
  const large = 'x'.repeat(600 * 1024);
  t.throws(() => near.live.send('call', 'far', large), { code: 'too-large' });
  const huge = { objective: 'x'.repeat(33 * 1024 * 1024) };
  const asking = { idleMs: 5_000, totalMs: 5_000 };
  t.match(await near.calls.ask('far', { kind: 'ask', body: huge, ...asking }), {
    kind: 'refused',
    code: 'too-large',
  });
  for (let i = 0; i < 40; i++)
    near.live.send('call', 'far', { call: `unfinished-${i}`, part: 0, of: 2, text: 'half' });
  t.match(await refusal('busy'), { event: 'call-refused', node: 'near' });
  const more = await near.calls.ask('far', { kind: 'search', body: { query: 'page' }, ...asking });
  t.match(more, { kind: 'answered' }, 'whole ones still are');
  t.ok(meshRows(far.place).length <= 22, 'a flood of refusals is not a flood of rows');
});

t.test('without the word nothing is answered', { skip: NO_SERVER }, async (t) => {
  const { near, far } = await victim(t, 'mail');
  const calls: readonly Pick<Asking, 'kind' | 'body'>[] = [
    { kind: 'tool', body: { tool: 'read', args: { path: 'MEMORY.md' } } },
    { kind: 'search', body: { query: 'page' } },
    { kind: 'ask', body: { objective: 'Answer me' } },
    {
      kind: 'model',
      body: { method: 'POST', path: '/v1/chat/completions', query: '', text: '{}' },
    },
  ];
  const asking = { idleMs: 10_000, totalMs: 10_000 };
  for (const call of calls)
    t.match(
      await near.calls.ask('far', { ...call, ...asking }),
      { kind: 'refused', code: 'not-allowed' },
      call.kind,
    );
  t.match(
    meshRows(far.place).map(({ event, node, why }) => `${event} ${node} ${why}`),
    calls.map(() => /^call-refused near not-allowed: near may not/),
  );
  editPage(far.place, (text) => text.replace('| mail |', '| search |'));
  const search = { kind: 'search', body: { query: 'Write the page' }, ...asking } as const;
  t.match(await near.calls.ask('far', search), { kind: 'answered' });
  editPage(far.place, (text) => text.replace(near.place.identity.publicKey, 'another-key'));
  t.match(
    await near.calls.ask('far', search),
    { kind: 'refused', code: 'not-allowed' },
    'a word is for the key that its owner has seen',
  );
});

t.test('a revoked node is not heard', { skip: NO_SERVER }, async (t) => {
  const { near, far, refusal } = await victim(t);
  const roster = keptRoster(far.place.workspace.state);
  if (roster === undefined) throw new Error('a roster');
  const revoked = '2026-11-22T01:00:00Z';
  far.live.setRoster({
    ...roster,
    nodes: roster.nodes.map((node) => (node.id === 'near' ? { ...node, revoked } : node)),
  });
  const search = { kind: 'search', body: { query: 'page' } } as const;
  const outcome = await near.calls.ask('far', { ...search, idleMs: 1_000, totalMs: 10_000 });
  t.match(outcome, { kind: 'unknown' }, 'it is not even told');
  t.match(await refusal('unknown-node'), { event: 'message-refused', node: 'near' });
  const route = far.calls.route('near');
  t.match(route, { kind: 'none', why: /was revoked/ });
  t.throws(() => readSigned('message', 'x.y.z', keysOf(roster)), { code: 'malformed' });
});
