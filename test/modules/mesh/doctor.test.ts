/** `mesh doctor`: each thing that can be wrong with a server is named, with its fix. */
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { lookup } from 'node:dns/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { checkKeys, checkPage } from '../../../src/modules/mesh/doctor/check-files.js';
import { checkLogin } from '../../../src/modules/mesh/doctor/check-login.js';
import { checkWay } from '../../../src/modules/mesh/doctor/check-way.js';
import type { Finding } from '../../../src/modules/mesh/doctor/finding.js';
import { readIdentity } from '../../../src/modules/mesh/identity.js';
import { keptRoster, type Roster } from '../../../src/modules/mesh/roster.js';
import { advisoriesOf } from '../../../src/modules/mesh/server/advisories.js';
import {
  createAuthority,
  issueCertificate,
} from '../../../src/modules/mesh/server/certificates.js';
import { serverConfig } from '../../../src/modules/mesh/server/server-config.js';
import { MESH_PAGE, meshSettings } from '../../../src/modules/mesh/settings.js';
import { connectMesh } from '../../../src/modules/mesh/wire/connect.js';
import { BUCKET } from '../../../src/modules/mesh/wire/names.js';
import { jetstreamManager } from '@nats-io/jetstream';
import { createUser } from '@nats-io/nkeys';
import { Kvm } from '@nats-io/kv';
import { IS_CLOCK_FAKED } from '../../support/faked-clock.js';
import { meshOf, type MeshNode } from './mesh-place.js';
import { freePort, NO_SERVER, RunningServer, SERVER_VERSION } from './nats-server.js';
import { testFolder } from './test-folder.js';

t.setTimeout(240_000);

type Scope = { teardown(act: () => unknown): void };
const NOW = new Date();
const YEAR_MS = 365 * 86_400_000;

/** The server may be an older one, and keeps the real time. */
const EXPECTED = new Set([
  'version warning',
  'version failed',
  ...(IS_CLOCK_FAKED ? ['clock warning'] : []),
]);

/** The findings that are not good, as `check state`. */
function bad(findings: readonly Finding[]): readonly string[] {
  for (const { check, state, fix } of findings)
    if (state === 'failed' && (fix ?? '') === '') throw new Error(`${check} has no fix`);
  return findings
    .filter(({ state }) => state !== 'good')
    .map(({ check, state }) => `${check} ${state}`)
    .filter((found) => !EXPECTED.has(found));
}

function wayTo(url: string, authority?: string): ReturnType<typeof checkWay> {
  return checkWay({ url, lead: 'lead', isLead: false, authority, now: NOW });
}

async function saying(t: Scope, text: string, host = '127.0.0.1'): Promise<number> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => undefined);
    if (text === '') socket.end();
    else socket.write(text);
  });
  server.listen(0, host);
  await once(server, 'listening');
  t.teardown(() => server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

t.test('the way to the server', { skip: NO_SERVER }, async (t) => {
  const folder = testFolder(t);
  const [own, other] = [await createAuthority('a', NOW), await createAuthority('b', NOW)];
  const past = new Date(NOW.getTime() - 3 * YEAR_MS);
  const serve = async (name: string, hosts: readonly string[], now = NOW): Promise<string> => {
    const made = await issueCertificate(own, { hosts, now });
    const tls = { cert: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) };
    writeFileSync(tls.cert, made.cert);
    writeFileSync(tls.key, made.key);
    const port = await freePort();
    const config = join(folder, `${name}.conf`);
    const place = {
      host: '127.0.0.1',
      port,
      tls,
      store: join(folder, `${name}-store`),
      admin: createUser().getPublicKey(),
      limits: { memory: '64MB', disk: '1GB' },
      version: SERVER_VERSION,
    };
    const roster: Roster = { mesh: 'test', lead: 'lead', version: 1, nodes: [] };
    writeFileSync(config, serverConfig(place, roster));
    const server = new RunningServer(config);
    t.teardown(() => server.stop('SIGKILL'));
    await server.start();
    return `tls://127.0.0.1:${port}`;
  };
  const good = await serve('good', ['lead.example']);
  const closed = `nats://127.0.0.1:${await freePort()}`;
  const web = await saying(t, 'HTTP/1.1 400 Bad Request\r\n\r\n');
  const plain = await saying(t, 'INFO {"version":"2.15.2","jetstream":true}\r\n');
  const small = await saying(t, 'INFO {"version":"2.15.2"}\r\n');
  const cases: readonly (readonly [string, string, string | undefined, readonly string[]])[] = [
    ['nothing is wrong', good, own.cert, []],
    ['no address', 'lead.example', own.cert, ['address failed']],
    ['another machine without TLS', 'nats://192.0.2.1:4222', undefined, ['address failed']],
    ['no authority', good, undefined, ['address failed']],
    ['an unknown name', 'tls://nothing.invalid:4222', own.cert, ['dns failed']],
    ['nobody listens', closed, undefined, ['reach failed']],
    ['another program', `nats://127.0.0.1:${web}`, undefined, ['reach failed']],
    ['it hangs up', `nats://127.0.0.1:${await saying(t, '')}`, undefined, ['reach failed']],
    ['no TLS where it is wanted', `tls://127.0.0.1:${plain}`, own.cert, ['tls failed']],
    ['an authority of another mesh', good, other.cert, ['tls failed']],
    ['expired', await serve('old', ['lead'], past), own.cert, ['tls failed']],
  ];
  for (const [name, url, authority, expected] of cases)
    t.same(bad(await wayTo(url, authority)), expected, name);
  const none = await wayTo(`nats://127.0.0.1:${small}`);
  t.match(none.find(({ check }) => check === 'version')?.fact, /no JetStream/);
});

t.test('a server with known weaknesses is refused where others reach it', async (t) => {
  for (const [version, isKnown] of [
    ['2.9.10', true],
    ['2.10.26', true],
    ['2.10.27', true],
    ['2.11.15', true],
    ['2.11.16', false],
    ['2.12.6', true],
    ['2.12.7', false],
    ['2.14.0', false],
    ['2.15.2', false],
    ['3.0.0', false],
    ['2.13.0-dev', false],
    ['', true],
  ] as const)
    t.equal(advisoriesOf(version).length > 0, isKnown, `version "${version}"`);
  const old = 'INFO {"version":"2.10.20","jetstream":true}\r\n';
  const versionOf = (findings: readonly Finding[]): string | undefined =>
    findings.find(({ check }) => check === 'version')?.state;
  const port = await saying(t, old);
  t.equal(versionOf(await wayTo(`nats://127.0.0.1:${port}`)), 'warning', 'on loopback');
  // A name that is not known to be loopback, though it is: the only machine there is.
  const alias = 'ip6-localhost';
  const known = await lookup(alias).catch(() => undefined);
  if (known === undefined) return;
  const away = await saying(t, old, known.address);
  const { cert } = await createAuthority('a', NOW);
  t.equal(versionOf(await wayTo(`tls://${alias}:${away}`, cert)), 'failed', 'elsewhere');
});

t.test('what the server lets a node do', { skip: NO_SERVER }, async (t) => {
  const mesh = await meshOf(t, [{ id: 'lead' }, { id: 'left' }]);
  const [lead, left] = mesh.nodes;
  if (lead === undefined || left === undefined) throw new Error('two nodes');
  const login = (node: MeshNode): ReturnType<typeof checkLogin> => {
    const { workspace, identity } = node;
    const roster = keptRoster(workspace.state) ?? mesh.roster;
    return checkLogin({ workspace, identity, roster, address: { url: mesh.url } });
  };
  const rosters = await new Kvm(mesh.admin).open(BUCKET.roster);
  t.same(bad(await login(left)), ['roster failed', 'nodes skipped'], 'before the lead serves');
  await rosters.put('roster', 'nonsense');
  t.same(bad(await login(left)), ['roster failed', 'nodes skipped'], 'a roster of nobody');
  const manager = await jetstreamManager(mesh.admin);
  await manager.streams.delete(`KV_${BUCKET.roster}`);
  t.same(bad(await login(left)), ['jetstream failed', 'roster skipped', 'clock skipped']);
  const stranger = { ...left, identity: { ...left.identity, seed: seedOf() } };
  t.same(bad(await login(stranger)), ['login failed'], 'a login that it does not know');
});

t.test(
  'a server that lets everybody do everything is found out',
  { skip: NO_SERVER },
  async (t) => {
    const mesh = await meshOf(t, [{ id: 'lead' }, { id: 'left' }]);
    const left = mesh.nodes[1];
    if (left === undefined) throw new Error('two nodes');
    const { workspace, identity } = left;
    const open = `listen: "${new URL(mesh.url).host}"\njetstream { store_dir: "${join(workspace.state, 'store')}" }\naccounts { MESH { jetstream: enabled, users: [{ nkey: ${identity.login} }] } }\n`;
    await mesh.server.stop();
    mesh.server.reload(open);
    await mesh.server.start();
    const connection = await connectMesh({ url: mesh.url }, identity);
    t.teardown(() => connection.close());
    const findings = await checkLogin({
      workspace,
      identity,
      roster: mesh.roster,
      address: { url: mesh.url },
    });
    t.ok(bad(findings).includes('permissions failed'));
  },
);

t.test('what this machine has of the mesh', { skip: NO_SERVER }, async (t) => {
  const mesh = await meshOf(t, [{ id: 'lead' }, { id: 'left' }]);
  const left = mesh.nodes[1];
  if (left === undefined) throw new Error('two nodes');
  const { workspace } = left;
  const settings = meshSettings(workspace.snapshot());
  if (settings === undefined) throw new Error('settings');
  const roster = keptRoster(workspace.state);
  const own = { settings, identity: readIdentity(workspace.state), roster };
  const keys = (change: Partial<typeof own>): string =>
    checkKeys(workspace, { ...own, ...change }).state;
  t.equal(keys({}), 'good');
  t.equal(keys({ identity: undefined }), 'failed', 'no keys');
  t.equal(keys({ roster: undefined }), 'failed', 'no roster');
  t.equal(keys({ settings: { ...settings, node: 'other' } }), 'failed', 'the keys of another node');
  const revoked = roster?.nodes.map((node) => ({ ...node, revoked: '2026-11-21T20:00:00Z' }));
  t.equal(keys({ roster: { ...mesh.roster, nodes: revoked ?? [] } }), 'failed', 'revoked');
  const path = join(workspace.state, 'mesh/identity.json');
  chmodSync(path, 0o644);
  t.equal(keys({}), 'failed', 'keys that everybody can read');
  t.equal(checkPage(workspace, own).state, 'good');
  writeFileSync(join(left.root, MESH_PAGE), '# Mesh\n\n## Settings\n\n- **Node:** left\n');
  t.equal(checkPage(workspace, own).state, 'failed', 'a page that the owner has not signed');
});

function seedOf(): string {
  return new TextDecoder().decode(createUser().getSeed());
}
