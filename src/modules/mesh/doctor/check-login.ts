/** What the server lets this node do, once it has logged in. */
import { errors, type NatsConnection, type Status } from '@nats-io/transport-node';
import { jetstreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { messageOf } from '../../../kernel/error.js';
import type { Workspace } from '../../../workspace/types.js';
import type { Identity } from '../identity.js';
import { leadKeyOf, openRoster, type Roster } from '../roster.js';
import { connectMesh, type ServerAddress } from '../wire/connect.js';
import { BUCKET, messageSubject, WAKE_STREAM } from '../wire/names.js';
import { checkClocks } from './check-clocks.js';
import { failed, type Finding, good, skipped } from './finding.js';

export type Login = {
  readonly workspace: Workspace;
  readonly identity: Identity;
  readonly roster: Roster;
  readonly address: ServerAddress;
};

const WAIT_MS = 5_000;
const STREAMS = [
  ...[BUCKET.tasks, BUCKET.nodes, BUCKET.roster, BUCKET.lanes].map((name) => `KV_${name}`),
  `OBJ_${BUCKET.objects}`,
  WAKE_STREAM,
];

export async function checkLogin(login: Login): Promise<readonly Finding[]> {
  const { roster, identity, address } = login;
  let connection: NatsConnection;
  try {
    connection = await connectMesh(address, identity, { timeoutMs: WAIT_MS, once: true });
  } catch (error) {
    const isRefused = error instanceof errors.AuthorizationError;
    return [
      failed(
        'login',
        isRefused
          ? `the server does not take the login of ${identity.node}`
          : `the login did not work: ${messageOf(error)}`,
        identity.node === roster.lead
          ? 'restart nocturne serve here'
          : `if ${identity.node} was revoked, ask for a new token; else restart nocturne serve on ${roster.lead}`,
      ),
    ];
  }
  try {
    const streams = await checkStreams(connection, login);
    const isThere = streams.state === 'good';
    return [
      good('login', `the server knows ${identity.node}`),
      streams,
      await checkPermissions(connection, login),
      ...(isThere
        ? [await checkRoster(connection, login), ...(await checkClocks(connection, login))]
        : [
            skipped('roster', 'not without its bucket'),
            skipped('clock', 'not without its bucket'),
          ]),
    ];
  } finally {
    await connection.close();
  }
}

async function checkStreams(connection: NatsConnection, { roster }: Login): Promise<Finding> {
  const manager = await jetstreamManager(connection, { timeout: WAIT_MS, checkAPI: false });
  const missing: string[] = [];
  for (const name of STREAMS) {
    // The nodes may not ask for the state of the wake-up stream, only for its consumers.
    const asked =
      name === WAKE_STREAM
        ? manager.consumers.info(name, 'any-normal')
        : manager.streams.info(name);
    await asked.catch((error: unknown) => missing.push(`${name} (${messageOf(error)})`));
  }
  if (missing.length === 0) return good('jetstream', `${STREAMS.length} streams are there`);
  return failed(
    'jetstream',
    `the server lacks ${missing.join(', ')}`,
    `restart nocturne serve on ${roster.lead}, which makes them`,
  );
}

/** What has to be refused: a server that takes it has another configuration than the mesh's. */
async function checkPermissions(connection: NatsConnection, login: Login): Promise<Finding> {
  const { identity, roster } = login;
  const other = identity.node === roster.lead ? 'nobody' : roster.lead;
  const forbidden = [
    messageSubject(identity.node, 'mail', other),
    `$KV.${BUCKET.nodes}.${other}`,
    `$JS.API.STREAM.DELETE.${WAKE_STREAM}.doctor`,
  ];
  const taken: string[] = [];
  for (const subject of forbidden) if (!(await isRefused(connection, subject))) taken.push(subject);
  if (taken.length === 0) return good('permissions', 'it may use its own subjects, and no others');
  return failed(
    'permissions',
    `the server let ${identity.node} write to ${taken.join(', ')}`,
    `nats.conf was changed, or another server has this address: restart nocturne serve on ${roster.lead}`,
  );
}

async function isRefused(connection: NatsConnection, subject: string): Promise<boolean> {
  const refusals: Status[] = [];
  void keepRefusals(connection.status(), refusals);
  connection.publish(subject, '');
  // An error arrives before the answers to what was sent after it.
  for (let flushes = 0; flushes < 2; flushes++) await connection.flush();
  return refusals.length > 0;
}

/** Until the connection is closed. */
async function keepRefusals(states: AsyncIterable<Status>, refusals: Status[]): Promise<void> {
  for await (const status of states)
    if (status.type === 'error' && isPermission(status.error)) refusals.push(status);
}

function isPermission(error: unknown): boolean {
  return error instanceof errors.PermissionViolationError;
}

async function checkRoster(connection: NatsConnection, login: Login): Promise<Finding> {
  const { workspace, roster } = login;
  const serve = `run nocturne serve on ${roster.lead}, and here`;
  try {
    const bucket = await new Kvm(connection).open(BUCKET.roster);
    const text = (await bucket.get('roster'))?.string();
    if (text === undefined) return failed('roster', 'the server has no roster', serve);
    const there = openRoster(text, leadKeyOf(workspace.state) ?? '');
    if (there.version === roster.version)
      return good('roster', `version ${there.version}, signed by ${roster.lead}`);
    return failed(
      'roster',
      `version ${roster.version} here, ${there.version} on the server`,
      serve,
    );
  } catch (error) {
    return failed(
      'roster',
      `the roster on the server is not one of ${roster.lead}: ${messageOf(error)}`,
      `restart nocturne serve on ${roster.lead}, which writes it again`,
    );
  }
}
