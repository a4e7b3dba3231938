/** A connection of a node to the server, as the roster and MESH.md describe it. */
import {
  connect as connectNats,
  type NatsConnection,
  nkeyAuthenticator,
} from '@nats-io/transport-node';
import { defined } from '../../../kernel/defined.js';
import type { Identity } from '../identity.js';
import { inboxPrefix } from './names.js';

export type ServerAddress = {
  readonly url: string;
  /** PEM of the mesh's own authority; without it no TLS, which is for loopback only. */
  readonly ca?: string;
};

type ConnectOptions = {
  readonly timeoutMs?: number;
  /** Not again when the connection breaks. */
  readonly once?: boolean;
  /** Where answers arrive; default: that of the node. */
  readonly inbox?: string;
};

/** Connects, and again whenever the connection breaks. @throws as the client does */
export async function connectMesh(
  { url, ca }: ServerAddress,
  { node, seed }: Pick<Identity, 'node' | 'seed'>,
  options: ConnectOptions = {},
): Promise<NatsConnection> {
  return connectNats({
    servers: [url],
    name: node,
    inboxPrefix: options.inbox ?? inboxPrefix(node),
    authenticator: nkeyAuthenticator(new TextEncoder().encode(seed)),
    maxReconnectAttempts: options.once === true ? 0 : -1,
    reconnectTimeWait: 500,
    pingInterval: 10_000,
    ...defined({ timeout: options.timeoutMs, tls: ca === undefined ? undefined : { ca } }),
  });
}
