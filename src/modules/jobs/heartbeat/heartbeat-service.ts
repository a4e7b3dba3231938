/** Listens for jobs elsewhere, on loopback, as soon as one of them has a token. */
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { ServeContext, Service } from '../../../passes/module.js';
import { heartbeatPort } from './tokens.js';

const LOOPBACK = '127.0.0.1';
const LOOK_EVERY_MS = 60_000;

export function heartbeatService({ workspace, say }: ServeContext): Service {
  return {
    name: 'heartbeats',
    async run(signal) {
      while (!signal.aborted) {
        const port = heartbeatPort(workspace.state);
        if (port === undefined) await wait(signal);
        else await serveOn(port, { workspace, say, signal });
      }
    },
  };
}

/** Until the signal, or until `job heartbeat` names another port. */
async function serveOn(
  port: number,
  {
    workspace,
    say,
    signal,
  }: Pick<ServeContext, 'workspace' | 'say'> & { readonly signal: AbortSignal },
): Promise<void> {
  // Loaded only here, because every command loads the modules.
  const [{ createAdaptorServer }, { heartbeatApp }] = await Promise.all([
    import('@hono/node-server'),
    import('./heartbeat-app.js'),
  ]);
  const server = createAdaptorServer({ fetch: heartbeatApp(workspace, say).fetch });
  server.listen(port, LOOPBACK);
  await once(server, 'listening');
  say(`job heartbeats: http://${LOOPBACK}:${port}`);
  try {
    while (!signal.aborted && heartbeatPort(workspace.state) === port) await wait(signal);
  } finally {
    server.close();
    if ('closeAllConnections' in server) server.closeAllConnections();
  }
}

async function wait(signal: AbortSignal): Promise<void> {
  await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
}
