/** The lead's administrator on the server: makes streams and lanes, hears guests. */
import type { NatsConnection } from '@nats-io/transport-node';
import { NocturneError } from '../../../kernel/error.js';
import { connectMesh } from '../wire/connect.js';
import { type Lead, pinnedAuthority, readAdmin, urlOf } from './lead-files.js';
import { isLoopbackHost } from './loopback.js';

/** @throws NocturneError `CONFIG` without its key. */
export async function adminConnection(state: string, lead: Lead): Promise<NatsConnection> {
  const [admin, authority] = [readAdmin(state), pinnedAuthority(state)];
  if (admin === undefined)
    throw new NocturneError('CONFIG', "the administrator's login is missing", {
      hint: 'restore STATE/mesh/server from a backup',
    });
  // On every interface it also listens on loopback, for which its certificate is made out too.
  const host = isLoopbackHost(lead.listen) || lead.listen === lead.host ? lead.listen : '127.0.0.1';
  return connectMesh(
    {
      url: urlOf({ ...lead, host }),
      ...(lead.tls && authority !== undefined ? { ca: authority } : {}),
    },
    { node: 'admin', seed: admin.seed },
    { timeoutMs: 10_000 },
  );
}
