/** A server of a mesh with a lead and nodes in processes of their own, for the bench. */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createUser } from '@nats-io/nkeys';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Identity } from '../src/modules/mesh/identity.js';
import { createIdentity } from '../src/modules/mesh/join/create-identity.js';
import { type Roster, takeRoster } from '../src/modules/mesh/roster.js';
import { createStreams } from '../src/modules/mesh/server/create-streams.js';
import { serverConfig } from '../src/modules/mesh/server/server-config.js';
import { connectMesh } from '../src/modules/mesh/wire/connect.js';
import { signValue } from '../src/modules/mesh/wire/jws.js';
import { freePort, RunningServer } from '../test/modules/mesh/nats-server.js';
import type { Done, Order } from './mesh-child.js';

export type BenchMesh = {
  readonly url: string;
  readonly lead: Identity;
  readonly roster: Roster;
  /** Of the lead. */
  readonly connection: NatsConnection;
  readonly workers: readonly ChildProcess[];
  stop(): Promise<void>;
};

/** @param leadState the state directory of the lead. */
export async function benchMesh(
  directory: string,
  leadState: string,
  count: number,
): Promise<BenchMesh> {
  const lead = createIdentity(leadState, 'lead');
  const states = Array.from({ length: count }, (_, i) => join(directory, `worker-${i}`));
  const identities = states.map((state, i) => {
    mkdirSync(state, { recursive: true });
    return createIdentity(state, `worker-${i}`);
  });
  const roster = rosterOf([lead, ...identities]);
  const signed = signValue('roster', { node: lead.node, key: lead.key }, roster);
  for (const state of [leadState, ...states]) takeRoster(state, signed, lead.publicKey);
  const [port, admin] = [await freePort(), createUser()];
  const url = `nats://127.0.0.1:${port}`;
  const place = {
    host: '127.0.0.1',
    port,
    store: join(directory, 'store'),
    admin: admin.getPublicKey(),
    limits: { memory: '64MB', disk: '4GB' },
  };
  writeFileSync(join(directory, 'nats.conf'), serverConfig(place, roster));
  const server = new RunningServer(join(directory, 'nats.conf'));
  await server.start();
  const seed = new TextDecoder().decode(admin.getSeed());
  const asAdmin = await connectMesh({ url }, { node: 'admin', seed });
  await createStreams(asAdmin);
  const connection = await connectMesh({ url }, lead);
  const workers = await Promise.all(states.map((state) => startWorker(state, url)));
  return {
    url,
    lead,
    roster,
    connection,
    workers,
    async stop() {
      for (const worker of workers) worker.kill('SIGKILL');
      await connection.close();
      await asAdmin.close();
      await server.stop('SIGKILL');
    },
  };
}

/** Gives each its order at the same moment. @returns what they did, when all have ended. */
export async function orderAll(
  workers: readonly ChildProcess[],
  orders: readonly Order[],
  onBegan: (what: string) => void = () => undefined,
): Promise<readonly Done[]> {
  return await Promise.all(
    workers.map(
      (worker, i) =>
        new Promise<Done>((resolve) => {
          const take = (said: Done | { readonly began: string }): void => {
            if ('began' in said) return onBegan(said.began);
            worker.off('message', take);
            resolve(said);
          };
          worker.on('message', take);
          const order = orders[i];
          if (order !== undefined) worker.send(order);
        }),
    ),
  );
}

async function startWorker(state: string, url: string): Promise<ChildProcess> {
  const program = fileURLToPath(new URL('./mesh-child.js', import.meta.url));
  const worker = fork(program, [state, url], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  await new Promise<void>((resolve, reject) => {
    worker.once('message', () => resolve());
    worker.once('exit', (code) => reject(new Error(`a worker ended with ${code}`)));
  });
  return worker;
}

function rosterOf(identities: readonly Identity[]): Roster {
  return {
    mesh: 'bench',
    lead: 'lead',
    version: 1,
    nodes: identities.map(({ node, publicKey, login }) => ({
      id: node,
      key: publicKey,
      login,
      tags: [],
      joined: '2026-11-21T20:00:00Z',
    })),
  };
}
