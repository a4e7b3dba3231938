/**
 * The configuration of nats-server for one mesh: who may log in, and exactly which subjects each
 * may use. Nobody but the lead's administrator may create a stream or a consumer.
 */
import { isAtLeast, TESTED_VERSION } from './advisories.js';
import { BUCKET, inboxPrefix, joinInboxPrefix, joinSubject, WAKE_STREAM } from '../wire/names.js';
import type { Roster } from '../roster.js';

export type ServerPlace = {
  readonly host: string;
  readonly port: number;
  /** Of JetStream. */
  readonly store: string;
  /** Files with PEM; without them no TLS, which is for loopback only. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Public nkey of the lead's administrator: `U…`. */
  readonly admin: string;
  readonly limits: { readonly memory: string; readonly disk: string };
  /** Of the program; default: a current one. */
  readonly version?: string;
  /** Open invitations. */
  readonly invites?: readonly { readonly id: string; readonly login: string }[];
};
type Permissions = { readonly publish: readonly string[]; readonly subscribe: readonly string[] };

/** Text of a configuration file of nats-server. */
export function serverConfig(place: ServerPlace, roster: Roster): string {
  const { host, port, store, tls, admin, limits, invites = [], version = TESTED_VERSION } = place;
  const users = [
    { nkey: admin, permissions: adminPermissions() },
    ...roster.nodes
      .filter(({ revoked }) => revoked === undefined)
      .map(({ id, login }) => ({ nkey: login, permissions: nodePermissions(id, roster.lead) })),
    ...invites.map(({ id, login }) => ({ nkey: login, permissions: invitePermissions(id) })),
  ];
  // The configuration format takes JSON values.
  return `${[
    `listen: ${JSON.stringify(`${host}:${port}`)}`,
    `server_name: ${JSON.stringify(`nocturne-${roster.mesh}`)}`,
    'max_payload: 1MB',
    ...(tls === undefined
      ? []
      : [`tls: { cert_file: ${JSON.stringify(tls.cert)}, key_file: ${JSON.stringify(tls.key)} }`]),
    'jetstream: {',
    `  store_dir: ${JSON.stringify(store)}`,
    `  max_memory_store: ${limits.memory}`,
    `  max_file_store: ${limits.disk}`,
    ...(writesThrough(version) ? ['  sync_interval: always'] : []),
    '}',
    'accounts: {',
    '  MESH: {',
    '    jetstream: enabled',
    `    users: ${JSON.stringify(users, undefined, 2)}`,
    '  }',
    '}',
  ].join('\n')}\n`;
}

/** Whether it can write to the disk before it says that it has a value; before 2.10 it cannot. */
export function writesThrough(version: string): boolean {
  return isAtLeast(version, '2.10.0');
}

export function nodePermissions(node: string, lead: string): Permissions {
  const { tasks, nodes, roster, lanes, objects } = BUCKET;
  const kv = [tasks, nodes, roster, lanes].map((bucket) => `KV_${bucket}`);
  const streams = [...kv, `OBJ_${objects}`];
  return {
    publish: [
      `mesh.to.*.*.${node}`,
      'mesh.wake.*.*',
      `$KV.${tasks}.*.*`,
      `$KV.${nodes}.${node}`,
      `$O.${objects}.>`,
      ...(node === lead ? [`$KV.${roster}.roster`] : []),
      ...streams.map((stream) => `$JS.API.STREAM.INFO.${stream}`),
      ...streams.map((stream) => `$JS.API.DIRECT.GET.${stream}.>`),
      ...streams.map((stream) => `$JS.API.STREAM.MSG.GET.${stream}`),
      ...streams.map((stream) => `$JS.API.CONSUMER.CREATE.${stream}.>`),
      ...streams.map((stream) => `$JS.API.CONSUMER.DELETE.${stream}.*`),
      ...streams.map((stream) => `$JS.API.CONSUMER.MSG.NEXT.${stream}.*`),
      `$JS.API.CONSUMER.INFO.${WAKE_STREAM}.*`,
      `$JS.API.CONSUMER.MSG.NEXT.${WAKE_STREAM}.*`,
      `$JS.ACK.${WAKE_STREAM}.>`,
      '$JS.FC.>',
    ],
    subscribe: [`${inboxPrefix(node)}.>`, `mesh.to.${node}.>`],
  };
}

/** A guest may ask to join, and hear the answer. */
function invitePermissions(invite: string): Permissions {
  return { publish: [joinSubject(invite)], subscribe: [`${joinInboxPrefix(invite)}.>`] };
}

function adminPermissions(): Permissions {
  return {
    publish: [
      '$JS.API.INFO',
      '$JS.API.STREAM.*.*',
      '$JS.API.STREAM.NAMES',
      '$JS.API.STREAM.LIST',
      '$JS.API.STREAM.MSG.*.*',
      '$JS.API.CONSUMER.>',
      '$JS.API.DIRECT.GET.>',
      `$KV.${BUCKET.lanes}.*`,
      `$KV.${BUCKET.roster}.roster`,
      '_INBOX_join.>',
      '$JS.FC.>',
    ],
    subscribe: [`${inboxPrefix('admin')}.>`, joinSubject('*')],
  };
}
