/** `mesh status`, `mesh nodes`, `status` and `doctor`, with and without a server. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kvm } from '@nats-io/kv';
import t from 'tap';
import { meshService } from '../../../src/modules/mesh/node/mesh-service.js';
import { seenPath } from '../../../src/modules/mesh/node/seen.js';
import { partsOf } from '../../../src/modules/mesh/parts.js';
import { MESH_PAGE } from '../../../src/modules/mesh/settings.js';
import { BUCKET, messageSubject } from '../../../src/modules/mesh/wire/names.js';
import { placeWithProject, type Place } from '../../passes/pass-workspace.js';
import { signAnyway } from '../../support/sign-anyway.js';
import { type CliOutcome, callCommand } from '../../surfaces/cli/run-cli.js';
import { type MeshNode, meshOf } from './mesh-place.js';
import { NO_SERVER } from './nats-server.js';
import { until } from './until.js';

t.setTimeout(120_000);

type Service = { readonly end: () => Promise<void> };

/** The service of a node, as `nocturne serve` runs it, until it is ended. */
function serve(t: { teardown(act: () => unknown): void }, node: Place): Service {
  const ending = new AbortController();
  const context = {
    workspace: node.workspace,
    env: {},
    modules: () => [],
    runners: [],
    say: () => undefined,
  };
  const ended = meshService(context, () => partsOf(context))
    .run(ending.signal)
    .catch(() => undefined);
  const end = async (): Promise<void> => {
    ending.abort();
    await ended;
  };
  t.teardown(end);
  return { end };
}

function propose(node: Place, task: string, lines: string): void {
  mkdirSync(join(node.root, 'mesh/outbox'), { recursive: true });
  const text = `---\ntitle: A task\nproject: pages\nwrites: [outputs/**]\n${lines}---\n\nWrite it.\n`;
  writeFileSync(join(node.root, `mesh/outbox/${task}.md`), text);
}

const call = (node: Place, ...words: string[]): Promise<CliOutcome> => callCommand(node, words);
type Named = { readonly id: string; readonly state: string };
const stateIn = ({ json }: CliOutcome, id: string): string | undefined =>
  (json['nodes'] as readonly Named[]).find((node) => node.id === id)?.state;

t.test('without a mesh, every command says at once that it is off', async (t) => {
  const place = placeWithProject(t.testdir(), '');
  // The modules are loaded once.
  await call(place, 'mesh', 'status');
  for (const words of [
    ['mesh', 'status'],
    ['mesh', 'nodes'],
  ]) {
    const start = performance.now();
    t.match(await call(place, ...words), {
      exit: 0,
      text: /^The mesh is off/,
      json: { on: false },
    });
    t.ok(performance.now() - start < 1_000, words.join(' '));
  }
  t.notMatch((await call(place, 'status')).text, /mesh/i);
});

t.test('a server that nobody reaches is said at once, too', async (t) => {
  const place = placeWithProject(t.testdir(), '');
  const page = readFileSync(join(place.root, MESH_PAGE), 'utf8');
  const url = 'nats://127.0.0.1:9';
  const text = page
    .replace('**Node:** -', '**Node:** left')
    .replace('**Url:** -', `**Url:** ${url}`);
  signAnyway(place, MESH_PAGE, text);
  const start = performance.now();
  const status = await call(place, 'mesh', 'status');
  t.ok(performance.now() - start < 1_000);
  t.match(status, { exit: 0, text: /No connection: no service/, json: { reach: 'unserved' } });
  writeFileSync(join(place.root, MESH_PAGE), `${text}\n`);
  t.match(await call(place, 'mesh', 'status'), { text: /^The mesh is off: .* not as you signed/ });
});

t.test('nodes are shown as the service last knew them', { skip: NO_SERVER }, async (t) => {
  const mesh = await meshOf(t, [
    { id: 'lead', may: 'work' },
    { id: 'left', tags: ['gpu'] },
  ]);
  const [lead, left] = mesh.nodes as [MeshNode, MeshNode];
  const service = serve(t, lead);
  const others = serve(t, left);
  const nodes = (): Promise<CliOutcome> => call(lead, 'mesh', 'nodes');
  await until(nodes, (seen) => stateIn(seen, 'left') === 'LIVE');
  t.match((await nodes()).text, /left +LIVE +\d+ s ago +gpu +0 of 1 +work/);
  propose(lead, 'one', 'tags: [gpu]\n');
  propose(lead, 'two', 'tags: [tpu]\n');
  propose(lead, 'dead', 'tags: [tpu]\nstate: released\nwhy: it failed\n');
  const status = await call(lead, 'mesh', 'status');
  t.match(status.text, /This is lead, the lead of the mesh test\.\nConnected to nats:.* 2\.\d+/);
  t.match(status.text, /Tasks: 2 proposed, 1 released\.\n1 task for tpu waits: no node has tpu/);
  t.match(status.text, /The task dead goes no further: it failed \(nocturne mesh retry dead, or/);
  t.match(status.json, {
    reach: 'connected',
    tasks: { proposed: 2, released: 1 },
    waiting: [{ tags: ['tpu'] }],
  });
  t.match((await call(lead, 'status')).text, /Mesh: 1 task for tpu waits/);

  await others.end();
  const gone = await until(nodes, (seen) => stateIn(seen, 'left') === 'OFFLINE');
  t.match(gone.text, /it said that it leaves/);
  t.match((await call(lead, 'mesh', 'status')).text, /1 task for gpu waits: left is OFFLINE/);
  serve(t, left);
  await until(nodes, (seen) => stateIn(seen, 'left') === 'LIVE');

  await mesh.server.stop('SIGKILL');
  await until(nodes, ({ json }) => json['reach'] === 'deaf');
  t.match(await call(lead, 'mesh', 'status'), { text: /No connection: .* does not answer now/ });
  await service.end();
  t.match(await nodes(), { text: /the service is not running\. What follows is \d+ s old/ });
  t.equal(stateIn(await nodes(), 'left'), 'UNKNOWN', 'nobody listens');
  const again = serve(t, lead);
  await until(nodes, ({ json }) => json['reach'] === 'unreached');
  t.match((await nodes()).text, /No connection for \d+ s: nats:/);
  await again.end();
  t.notMatch(readFileSync(seenPath(lead.workspace.state), 'utf8'), lead.identity.seed);
});

t.test('doctor names what the owner should correct', { skip: NO_SERVER }, async (t) => {
  const mesh = await meshOf(t, [{ id: 'lead' }, { id: 'left' }]);
  const [lead, left] = mesh.nodes as [MeshNode, MeshNode];
  serve(t, lead);
  serve(t, left);
  await until(
    () => call(lead, 'mesh', 'nodes'),
    (seen) => stateIn(seen, 'left') === 'LIVE',
  );
  t.notMatch((await call(lead, 'doctor')).text, /MESH\.md|waits:/);
  const page = readFileSync(join(lead.root, MESH_PAGE), 'utf8');
  signAnyway(
    lead,
    MESH_PAGE,
    `${page.replace(left.identity.publicKey, 'another')}| ghost | key | work | - |\n`,
  );
  propose(lead, 'one', 'tags: [tpu]\n');
  const { text } = await call(lead, 'doctor');
  t.match(text, /the key of left in MESH\.md is not the one of the mesh/);
  t.match(text, /a row for ghost, which is not a node/);
  t.match(text, /1 task for tpu waits: no node has tpu/);
});

t.test(
  'messages that were refused are in the log, and are shown',
  { skip: NO_SERVER },
  async (t) => {
    const mesh = await meshOf(t, [{ id: 'lead' }, { id: 'left' }]);
    const [lead, left] = mesh.nodes as [MeshNode, MeshNode];
    serve(t, lead);
    const connection = await mesh.connect(left);
    await until(
      () => call(lead, 'mesh', 'status'),
      ({ json }) => json['reach'] === 'connected',
    );
    for (let count = 0; count < 30; count++)
      connection.publish(messageSubject('lead', 'mail', 'left'), 'moon');
    const bucket = await new Kvm(connection).open(BUCKET.nodes);
    await bucket.put('left', 'an announcement of the moon');
    const shown = await until(
      () => call(lead, 'mesh', 'status'),
      ({ text }) => text.includes('left: 20 refused in 24 hours'),
    );
    t.match(shown.json, { refusals: [{ node: 'left', count: 20, why: /more of this minute/ }] });
    t.match((await call(lead, 'doctor')).text, /left: 20 refused in 24 hours/);
  },
);
