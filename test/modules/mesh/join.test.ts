/** Real processes begin a mesh and join it over TLS, as their owners would. */
import { readFileSync, rmSync, statSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Kvm } from '@nats-io/kv';
import t from 'tap';
import { generateKeyPairSync } from 'node:crypto';
import { readIdentity } from '../../../src/modules/mesh/identity.js';
import { keptRoster, keptRosterText } from '../../../src/modules/mesh/roster.js';
import { adminConnection } from '../../../src/modules/mesh/server/admin-connection.js';
import { readApplied } from '../../../src/modules/mesh/server/applied.js';
import {
  pinnedAuthority,
  readLead,
  serverDirectory,
  storePath,
  urlOf,
} from '../../../src/modules/mesh/server/lead-files.js';
import { connectMesh } from '../../../src/modules/mesh/wire/connect.js';
import { signValue } from '../../../src/modules/mesh/wire/jws.js';
import { BUCKET } from '../../../src/modules/mesh/wire/names.js';
import { lifeOf } from '../../../src/workspace/process-identity.js';
import { IS_CLOCK_FAKED } from '../../support/faked-clock.js';
import { joinedProcess, leadProcess, MeshProcess, tokenOf, until } from './mesh-process.js';
import { freePort, NO_SERVER } from './nats-server.js';
import { testFolder } from './test-folder.js';

t.setTimeout(480_000);

/** Of `mesh doctor`. */
type Finding = { readonly check: string; readonly state: string; readonly fact: string };

async function findingsOf(node: MeshProcess): Promise<readonly Finding[]> {
  const { json } = await node.run('mesh', 'doctor');
  return json['findings'] as readonly Finding[];
}

function factOf(findings: readonly Finding[], check: string): string | undefined {
  return findings.find((finding) => finding.check === check)?.fact;
}

t.test(
  'three machines with owners of their own join over TLS and hear each other',
  { skip: NO_SERVER },
  async (t) => {
    const folder = testFolder(t);
    const lead = await leadProcess(t, folder, await freePort());
    const left = await joinedProcess(t, { lead, folder, name: 'left' });
    const right = await joinedProcess(t, { lead, folder, name: 'right' });
    await Promise.all([left.serve(), right.serve()]);
    for (const node of [lead, left, right]) {
      await until(
        async () => factOf(await findingsOf(node), 'nodes') === 'lead, left, right',
        `${node.name} hears all`,
      );
      const bad = (await findingsOf(node)).filter(
        ({ state, check }) =>
          state !== 'good' && check !== 'version' && !(IS_CLOCK_FAKED && check === 'clock'),
      );
      t.same(bad, [], `the doctor of ${node.name} finds nothing`);
      t.equal(keptRoster(node.state)?.version, 3, `${node.name} has the newest roster`);
    }
    const page = readFileSync(join(left.root, 'orchestration-os/MESH.md'), 'utf8');
    t.match(page, /\*\*Url:\*\* tls:\/\/127\.0\.0\.1:\d+/);
    const gate = await left.run('gate');
    t.equal(gate.exit, 0, 'what join wrote is signed');
    const secrets = readdirSync(serverDirectory(lead.state)).filter((name) => name !== 'store');
    const modes = secrets.map(
      (name) => statSync(join(serverDirectory(lead.state), name)).mode & 0o777,
    );
    t.same([...new Set(modes)], [0o600], 'only its user reads the files of the server');
  },
);

t.test('a token lets one machine in, once', { skip: NO_SERVER }, async (t) => {
  const folder = testFolder(t);
  const lead = await leadProcess(t, folder, await freePort());
  const token = await tokenOf(lead, '--tags', 'gpu');
  const [first, second] = [new MeshProcess(folder, 'first'), new MeshProcess(folder, 'second')];
  const results = await Promise.all(
    [first, second].map((node) =>
      node.runAlone('mesh', 'join', token, '--name', node.name, '--yes'),
    ),
  );
  t.same(results.map(({ exit }) => exit).sort(), [0, 5], 'at the same moment');
  const [winner, loser] = results[0]?.exit === 0 ? [first, second] : [second, first];
  const again = await loser.run('mesh', 'join', token, '--name', 'third', '--yes');
  t.equal(again.exit, 5, 'and not later');
  t.match(again.text, /used, or has expired|has already used this token/);
  t.notMatch(
    readFileSync(join(loser.root, 'orchestration-os/MESH.md'), 'utf8'),
    /tls:/,
    'a node that was not let in stays alone',
  );
  const roster = keptRoster(lead.state);
  t.same(
    roster?.nodes.map(({ id, tags }) => [id, tags]),
    [
      ['lead', []],
      [winner.name, ['gpu']],
    ],
  );
  const repeated = await winner.run('mesh', 'join', token, '--yes');
  t.equal(repeated.exit, 0, 'the node that has it may finish a join that was interrupted');
  const taken = await loser.run('mesh', 'join', await tokenOf(lead), '--name', 'lead', '--yes');
  t.equal(taken.exit, 5);
  t.match(taken.text, /has a node called lead/);
});

t.test('a token that expired lets nobody in', { skip: NO_SERVER }, async (t) => {
  const folder = testFolder(t);
  const lead = await leadProcess(t, folder, await freePort());
  const token = await tokenOf(lead, '--expires', '1s');
  const body = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as {
    readonly expires: string;
  };
  await until(() => Date.now() > Date.parse(body.expires) + 1000, 'the token is over');
  const late = new MeshProcess(folder, 'late');
  const { exit, text } = await late.run('mesh', 'join', token, '--name', 'late', '--yes');
  t.equal(exit, 5);
  t.match(text, /expired/);
  t.equal(keptRoster(lead.state)?.version, 1);
  const own = await late.run('mesh', 'init', '--name', 'early', '--yes');
  t.match(own.json, { node: 'early' }, 'the name that was refused is not kept');
  t.equal(readIdentity(late.state)?.node, 'early');
});

t.test('a token that was changed or cut is refused with what is wrong', async (t) => {
  const node = new MeshProcess(testFolder(t), 'node');
  for (const [token, expected] of [
    ['hello', /begins with/],
    ['nocturne-mesh-1.eyJtZXNoIjoibiJ9', /has no url/],
    ['nocturne-mesh-1.%%%', /has no mesh/],
  ] as const) {
    const { exit, text } = await node.run('mesh', 'join', token, '--yes');
    t.equal(exit, 2, token);
    t.match(text, expected);
  }
});

t.test(
  'a revoked node is cut at once, and a roster that the lead did not sign is not taken',
  { skip: NO_SERVER },
  async (t) => {
    const folder = testFolder(t);
    const lead = await leadProcess(t, folder, await freePort());
    const left = await joinedProcess(t, { lead, folder, name: 'left' });
    await left.serve();
    const files = readLead(lead.state);
    const [identity, ca] = [readIdentity(left.state), pinnedAuthority(left.state)];
    if (files === undefined || identity === undefined || ca === undefined) throw new Error('files');
    const admin = await adminConnection(lead.state, files);
    t.teardown(() => admin.close());
    const bucket = await new Kvm(admin).open(BUCKET.roster);
    const signed = keptRosterText(left.state) ?? '';
    const { privateKey } = generateKeyPairSync('ed25519');
    const forged = signValue(
      'roster',
      { node: 'lead', key: privateKey },
      {
        ...keptRoster(left.state),
        version: 99,
        nodes: [],
      },
    );
    const from = left.said.length;
    await bucket.put('roster', forged);
    await left.untilSaid('a roster was not taken', from);
    t.equal(keptRosterText(left.state), signed);
    const live = await connectMesh({ url: urlOf(files), ca }, identity, { once: true });
    t.teardown(() => live.close());
    const closed = live.closed();
    await lead.run('mesh', 'allow', 'left', 'mail', '--yes');
    const { exit, json } = await lead.run('mesh', 'revoke', 'left', '--yes');
    t.same([exit, json['server']], [0, 'applied']);
    const mail = ['mesh', 'mail', 'send', 'left', '--subject', 'Hello', '--text', 'Hello'];
    t.match((await lead.run(...mail)).text, /left is no longer in the mesh/);
    t.match(await closed, { name: 'AuthorizationError' }, 'the open connection is closed');
    await left.untilSaid('Authorization Violation', from);
    const again = await left.run('mesh', 'join', await tokenOf(lead), '--yes');
    t.equal(again.exit, 0, 'with a new token it joins again');
    t.not(readIdentity(left.state)?.publicKey, identity.publicKey, 'with new keys');
  },
);

t.test(
  'a server that is killed, wiped, or left behind by its service comes back whole',
  { skip: NO_SERVER },
  async (t) => {
    const folder = testFolder(t);
    const lead = await leadProcess(t, folder, await freePort());
    const left = await joinedProcess(t, { lead, folder, name: 'left' });
    await left.serve();
    const serverPid = (): number | undefined => readApplied(lead.state)?.server.pid;
    const isWell = async (): Promise<boolean> =>
      factOf(await findingsOf(left), 'nodes') === 'lead, left';
    for (const wiped of [false, true]) {
      const before = serverPid() ?? 0;
      process.kill(before, 'SIGKILL');
      if (wiped) rmSync(storePath(lead.state), { recursive: true });
      await until(() => ![undefined, before].includes(serverPid()), 'another server');
      await until(isWell, 'both nodes are there again');
    }
    await joinedProcess(t, { lead, folder, name: 'right' });
    await until(
      () => keptRoster(left.state)?.version === 3,
      'a roster that is changed after the store was wiped reaches a node',
    );
    const orphan = readApplied(lead.state)?.server;
    if (orphan === undefined) throw new Error('a server');
    await lead.stop('SIGKILL');
    t.equal(lifeOf(orphan), 'alive', 'the server outlives its service');
    await lead.serve();
    t.equal(lifeOf(orphan), 'dead', 'the next service ends it');
    await until(isWell, 'both nodes are there again');
    const last = readApplied(lead.state)?.server ?? orphan;
    await lead.stop();
    t.equal(lifeOf(last), 'dead', 'a service that ends takes it along');
  },
);
