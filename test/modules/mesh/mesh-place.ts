/** Workspaces that are nodes of one mesh, on one real server. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createUser } from '@nats-io/nkeys';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Identity } from '../../../src/modules/mesh/identity.js';
import { createIdentity } from '../../../src/modules/mesh/join/create-identity.js';
import { type Roster, takeRoster } from '../../../src/modules/mesh/roster.js';
import { createStreams } from '../../../src/modules/mesh/server/create-streams.js';
import { serverConfig } from '../../../src/modules/mesh/server/server-config.js';
import { connectMesh } from '../../../src/modules/mesh/wire/connect.js';
import { signValue } from '../../../src/modules/mesh/wire/jws.js';
import { MESH_PAGE } from '../../../src/modules/mesh/settings.js';
import { type Place, placeWithProject, type ProjectOptions } from '../../passes/pass-workspace.js';
import { signAnyway } from '../../support/sign-anyway.js';
import { freePort, RunningServer, SERVER_VERSION } from './nats-server.js';
import { testFolder } from './test-folder.js';
import { until } from './until.js';

export type MeshNode = Place & { readonly identity: Identity };
export type Mesh = {
  readonly nodes: readonly MeshNode[];
  readonly server: RunningServer;
  readonly url: string;
  /** Of the server: what it keeps on the disk. */
  readonly store: string;
  readonly roster: Roster;
  /** Of its nkey. */
  readonly adminLogin: { readonly seed: string; readonly login: string };
  /** Of the lead: makes streams and lanes. */
  readonly admin: NatsConnection;
  connect(node: MeshNode): Promise<NatsConnection>;
  /** The server that was stopped, with what the service of the lead makes on it. */
  startAgain(): Promise<void>;
};
type Scope = { testdir(): string; teardown(act: () => unknown): void };
export type Wanted = {
  readonly id: string;
  readonly tags?: readonly string[];
  readonly may?: string;
  /** `pass.mjs` of its project. */
  readonly agent?: string;
  readonly project?: ProjectOptions;
};

/** The first one is the lead. Each may do with the others what `may` says; default: everything. */
export async function meshOf(
  t: Scope,
  wanted: readonly Wanted[],
  { listen = '127.0.0.1' }: { readonly listen?: string } = {},
): Promise<Mesh> {
  // What is registered before the fixture lets it be removed last.
  t.teardown(() => undefined);
  const folder = testFolder(t);
  const port = await freePort();
  const url = `nats://127.0.0.1:${port}`;
  const { nodes, roster } = meshNodes(folder, url, wanted);
  const admin = createUser();
  const config = join(folder, 'nats.conf');
  const store = join(folder, 'store');
  const limits = { memory: '64MB', disk: '1GB' };
  writeFileSync(
    config,
    serverConfig(
      {
        host: listen,
        port,
        store,
        admin: admin.getPublicKey(),
        limits,
        version: SERVER_VERSION,
      },
      roster,
    ),
  );
  const server = new RunningServer(config);
  await server.start();
  t.teardown(() => server.stop('SIGKILL'));
  const seed = new TextDecoder().decode(admin.getSeed());
  const connection = await connectMesh({ url }, { node: 'admin', seed });
  t.teardown(() => connection.close());
  await createStreams(connection);
  return {
    nodes,
    server,
    url,
    store,
    roster,
    admin: connection,
    adminLogin: { seed, login: admin.getPublicKey() },
    async connect({ identity }) {
      const made = await connectMesh({ url }, identity);
      t.teardown(() => made.close());
      return made;
    },
    async startAgain() {
      await server.start();
      const isFilled = () =>
        createStreams(connection).then(
          () => true,
          () => false,
        );
      await until(isFilled, (is) => is);
    },
  };
}

/** Workspaces of one mesh, without a server. */
export function meshNodes(
  folder: string,
  url: string,
  wanted: readonly Wanted[],
): Pick<Mesh, 'nodes' | 'roster'> {
  const places = wanted.map(({ id, agent = '', project }) => {
    mkdirSync(join(folder, id), { recursive: true });
    return placeWithProject(join(folder, id), agent, project);
  });
  const nodes = places.map((place, at): MeshNode => {
    const identity = createIdentity(place.workspace.state, wanted[at]?.id ?? '');
    return { ...place, identity };
  });
  const [lead] = nodes;
  if (lead === undefined) throw new Error('a mesh has a lead');
  const roster: Roster = {
    mesh: 'test',
    lead: lead.identity.node,
    version: 1,
    nodes: nodes.map(({ identity }, at) => ({
      id: identity.node,
      key: identity.publicKey,
      login: identity.login,
      tags: wanted[at]?.tags ?? [],
      joined: '2026-11-21T20:00:00Z',
    })),
  };
  const text = signValue('roster', { node: lead.identity.node, key: lead.identity.key }, roster);
  for (const [at, node] of nodes.entries()) {
    takeRoster(node.workspace.state, text, lead.identity.publicKey);
    writePage(node, { url, wanted, at, nodes });
  }
  return { nodes, roster };
}

function writePage(
  place: MeshNode,
  {
    url,
    wanted,
    at,
    nodes,
  }: {
    readonly url: string;
    readonly wanted: readonly Wanted[];
    readonly at: number;
    readonly nodes: readonly MeshNode[];
  },
): void {
  const tags = wanted[at]?.tags?.join(', ');
  const peers = nodes
    .filter((_, other) => other !== at)
    .map(
      ({ identity }) =>
        `| ${identity.node} | ${identity.publicKey} | ${wanted[at]?.may ?? 'propose, work, call, models, search, mail'} | - |`,
    );
  const text = `# Mesh

## Settings

- **Node:** ${wanted[at]?.id}
- **Url:** ${url}
- **Tags:** ${tags === undefined || tags === '' ? '-' : tags}
- **Capacity:** 1

## Peers

| Node | Key | May | Tools |
|---|---|---|---|
${peers.join('\n')}
`;
  signAnyway(place, MESH_PAGE, text);
}
