/** Serves the dashboard of a workspace on this machine. */
import { createAdaptorServer } from '@hono/node-server';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { aborted } from '../../kernel/aborted.js';
import { NocturneError } from '../../kernel/error.js';
import { WarmSnapshot } from '../../passes/warm-snapshot.js';
import { makeApp } from './app.js';
import { Changes } from './changes.js';
import { KeptAnswers } from './kept-answers.js';
import { PAGES, ACTIONS } from './pages/pages.js';
import { Sessions } from './sessions.js';
import type { DashboardSettings } from './types.js';

const LOOPBACK = '127.0.0.1';

/** Returns when the signal ends it. */
export async function startDashboard(settings: DashboardSettings): Promise<void> {
  const changes = new Changes();
  const warm = new WarmSnapshot(settings.workspace, () => changes.touch());
  await warm.watch();
  const kept = new KeptAnswers({
    call: settings.callApart,
    changes,
    clock: settings.workspace.clock,
  });
  const sessions = new Sessions(settings.workspace);
  const workspace = { ...settings.workspace, snapshot: () => warm.current() };
  const port = (): number => (server.address() as AddressInfo | null)?.port ?? 0;
  const app = makeApp(
    {
      ...settings,
      workspace,
      sessions,
      changes,
      kept,
      pages: [...PAGES, ...settings.pages],
      actions: [...ACTIONS, ...settings.actions],
    },
    port,
  );
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  await listen(server, settings.port);
  try {
    settings.say(`http://${LOOPBACK}:${port()}/enter?token=${sessions.newLink()}`);
    settings.say('This link works once. Press Ctrl-C to stop.');
    await aborted(settings.signal);
  } finally {
    kept.close();
    await warm.close();
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new NocturneError(
          'CONFIG',
          `cannot listen on port ${port} of ${LOOPBACK}: ${cause.message}`,
          { hint: 'give another --port, or none for any free port', cause },
        ),
      ),
    );
    server.listen(port, LOOPBACK, resolve);
  });
}
