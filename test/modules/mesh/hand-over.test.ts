/** The lead makes lanes, and another node can become the lead. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Kvm } from '@nats-io/kv';
import t from 'tap';
import { meshDirectory } from '../../../src/modules/mesh/identity.js';
import { keyAfter, signHandOver } from '../../../src/modules/mesh/hand-over.js';
import { lanesPart } from '../../../src/modules/mesh/join/lanes-part.js';
import { LiveNode } from '../../../src/modules/mesh/node/live-node.js';
import { keptRoster, type Roster, takeRoster } from '../../../src/modules/mesh/roster.js';
import { writeAdmin, writeLead } from '../../../src/modules/mesh/server/lead-files.js';
import { publicText, signValue } from '../../../src/modules/mesh/wire/jws.js';
import { BUCKET, laneOf } from '../../../src/modules/mesh/wire/names.js';
import { joinedProcess, leadProcess, until } from './mesh-process.js';
import { meshOf, type MeshNode } from './mesh-place.js';
import { freePort, NO_SERVER } from './nats-server.js';
import { testFolder } from './test-folder.js';

t.setTimeout(480_000);

type Signer = { readonly node: string; readonly key: KeyObject; readonly publicKey: string };

function signer(node: string): Signer {
  const { privateKey } = generateKeyPairSync('ed25519');
  return { node, key: privateKey, publicKey: publicText(privateKey) };
}

function named(by: Signer, next: Signer, version: number, before?: string): string {
  const { node: lead, publicKey: key } = next;
  const chain = before === undefined ? {} : { before };
  return signHandOver(by, { mesh: 'night', version, lead, key, ...chain });
}

t.test('a node follows the lead that the last one named, and nobody else', async (t) => {
  const [a, b, c] = [signer('a'), signer('b'), signer('c')];
  const first = named(a, b, 5);
  const chain = named(b, c, 9, first);
  const cases: readonly (readonly [string, string | undefined, Signer, number, Signer])[] = [
    ['nothing was handed over', undefined, a, 4, a],
    ['once', first, a, 4, b],
    ['twice, while it was away', chain, a, 4, c],
    ['it knows the first of two', chain, b, 6, c],
    ['it knows both', chain, c, 10, c],
    ['signed by another node', named(c, b, 5), a, 4, a],
    ['an old one, of a mesh that was handed back', first, a, 9, a],
  ];
  for (const [name, text, knows, version, expected] of cases)
    t.equal(keyAfter(text, knows.publicKey, { mesh: 'night', version }), expected.publicKey, name);
  const state = t.testdir();
  mkdirSync(meshDirectory(state));
  const rosterOf = (by: Signer, version: number, handOver?: string): string => {
    const roster = { mesh: 'night', lead: by.node, version, nodes: [], handOver } as unknown;
    return signValue('roster', by, roster as Roster);
  };
  takeRoster(state, rosterOf(a, 4), a.publicKey);
  t.throws(() => takeRoster(state, rosterOf(b, 6)), { code: 'forged' }, 'without being named');
  takeRoster(state, rosterOf(b, 6, first));
  t.match(keptRoster(state), { lead: 'b', version: 6 });
  t.throws(() => takeRoster(state, rosterOf(a, 7)), { code: 'forged' }, 'the lead before');
  const day = { mesh: 'day', lead: 'b', version: 9, nodes: [], joined: '' };
  t.throws(
    () => takeRoster(state, signValue('roster', b, day)),
    { code: 'not-for-us' },
    'of another mesh of the same lead',
  );
});

t.test('the lead makes the lane for tags that a node has', { skip: NO_SERVER }, async (t) => {
  const mesh = await meshOf(t, [{ id: 'lead' }, { id: 'left', tags: ['gpu', 'big'] }]);
  const [lead, left] = mesh.nodes;
  if (lead === undefined || left === undefined) throw new Error('two nodes');
  const { hostname: host, port } = new URL(mesh.url);
  writeAdmin(lead.workspace.state, mesh.adminLogin);
  writeLead(lead.workspace.state, {
    mesh: 'test',
    host,
    port: Number(port),
    listen: host,
    tls: false,
  });
  const said: string[] = [];
  const live = async ({ workspace, identity }: MeshNode, connection: LiveNode['connection']) => {
    const node = new LiveNode({
      workspace,
      identity,
      roster: mesh.roster,
      connection,
      version: '1',
      say: (line) => void said.push(line),
      presence: () => ({ models: [], tools: [], running: [] }),
    });
    return node;
  };
  const own = await live(lead, await mesh.connect(lead));
  const part = lanesPart();
  part.begin(own);
  const ending = new AbortController();
  const ended = part.run?.(own, ending.signal);
  const asking = await live(left, await mesh.connect(left));
  await own.start();
  await asking.start();
  await until(() => asking.heard().has('lead'), 'the lead is heard');
  const lanes = await new Kvm(asking.connection).open(BUCKET.lanes);
  asking.send('lane', 'lead', { tags: ['gpu', 'nothing-has-this'] });
  asking.send('lane', 'lead', { tags: ['gpu', 'big'] });
  const lane = laneOf(['big', 'gpu']);
  await until(async () => (await lanes.get(lane)) !== null, 'the lane is there');
  t.equal((await lanes.get(lane))?.string(), '["big","gpu"]');
  t.equal(await lanes.get(laneOf(['gpu', 'nothing-has-this'])), null);
  t.match(said.join('\n'), /left asked for a lane for tags that no node has/);
  ending.abort();
  await ended;
  await Promise.all([own.close(), asking.close()]);
});

t.test(
  'another node becomes the lead, and one that was away follows it',
  { skip: NO_SERVER },
  async (t) => {
    const folder = testFolder(t);
    const lead = await leadProcess(t, folder, await freePort());
    const left = await joinedProcess(t, { lead, folder, name: 'left' });
    const right = await joinedProcess(t, { lead, folder, name: 'right' });
    await left.serve();
    mkdirSync(join(folder, 'stick'));
    const file = join(folder, 'stick/mesh.json');
    const given = await lead.run('mesh', 'give', 'left', file, '--yes');
    t.equal(given.exit, 0, given.text);
    t.equal((await lead.run('mesh', 'revoke', 'right', '--yes')).exit, 5, 'it decides no more');
    await lead.untilSaid('no longer leads the mesh');
    t.equal((await right.run('mesh', 'take', file, '--yes')).exit, 5, 'it was not given to right');
    const taken = await left.run('mesh', 'take', file, '--yes');
    t.equal(taken.exit, 0, taken.text);
    await right.serve();
    for (const node of [lead, left, right])
      await until(() => keptRoster(node.state)?.lead === 'left', `${node.name} follows left`);
    const next = await left.run('mesh', 'revoke', 'right', '--yes');
    t.same([next.exit, next.json['server']], [0, 'applied'], 'the new lead decides');
    await until(
      () => keptRoster(lead.state)?.nodes.some(({ revoked }) => revoked !== undefined) === true,
      'the node that led before hears it',
    );
  },
);
