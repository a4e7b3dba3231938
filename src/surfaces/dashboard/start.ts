/** Serves the dashboard of a workspace on this machine. */
import { createAdaptorServer } from '@hono/node-server';
import type { Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { isIP, type AddressInfo } from 'node:net';
import { aborted } from '../../kernel/aborted.js';
import { stamp } from '../../kernel/clock.js';
import { defined } from '../../kernel/defined.js';
import { messageOf } from '../../kernel/error.js';
import { Room } from '../../kernel/room.js';
import { LINK_MINUTES, Sessions } from '../../passes/dashboard-sessions.js';
import { forgetServer, rememberServer } from '../../passes/dashboard-server.js';
import { WarmSnapshot } from '../../passes/warm-snapshot.js';
import type { Reach } from './access.js';
import { makeApp } from './app.js';
import { Changes } from './changes.js';
import { DoneForms } from './done-forms.js';
import { KeptAnswers } from './kept-answers.js';
import { listen } from './listen.js';
import { EVERY_S, lookForChanges } from './look-for-changes.js';
import { ACTIONS, PAGES } from './pages/pages.js';
import { TidyMemory } from './tidy-memory.js';
import type { DashboardSettings, Place, Served } from './types.js';
import { warmPages } from './warm-pages.js';
import { watchBesides } from './watch-besides.js';

/** A client has this long to send its headers, and its whole request; then for each answer. */
const HEADERS_MS = 10_000;
const REQUEST_MS = 20_000;
const SILENCE_MS = 45_000;
/** Of these, one that works on this machine. */
const ANY_ADDRESS: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };
const MOST_CONNECTIONS = 1_000;

/** Returns when the signal ends it. */
export async function startDashboard(settings: DashboardSettings): Promise<void> {
  const { workspace, place, signal, say, readOnly } = settings;
  const changes = new Changes();
  const warm = new WarmSnapshot(workspace, () => changes.touch(), { takeOver: true });
  const kept = new KeptAnswers({ call: settings.callApart, changes, clock: workspace.clock });
  const served = servedOf(settings, { changes, warm, kept });
  const server = serverOf(place, served);
  const memory = new TidyMemory();
  const endWatch = watchBesides(workspace.state, settings.pages, () => changes.touch());
  server.on('request', (_, answer) => answer.once('close', () => memory.touch()));
  const stopLooking = lookForChanges(warm, changes);
  try {
    await watchIfPossible(warm, say);
    await warmPages(served);
    await listen(server, place, workspace);
    const url = urlOf(place, (server.address() as AddressInfo).port);
    rememberServer(workspace.state, { url, since: stamp(workspace.clock.now()), readOnly });
    say(`${url}/enter?token=${new Sessions(workspace).newLink()}`);
    say(
      `This link works once, for ${LINK_MINUTES} minutes. nocturne dashboard link prints another one. Press Ctrl-C to stop.`,
    );
    await aborted(signal);
  } finally {
    forgetServer(workspace.state);
    endWatch();
    stopLooking();
    kept.close();
    await warm.close();
    await closed(server);
  }
}

/** A limit of the system on watched files is not a reason to show nothing. */
async function watchIfPossible(warm: WarmSnapshot, say: DashboardSettings['say']): Promise<void> {
  let why = 'it is not ready';
  await warm.watch().catch((error: unknown) => (why = messageOf(error)));
  if (warm.isWatched) return;
  say(
    `dashboard: the disk is not watched for changes (${why}). Open pages look for changes every ${EVERY_S} s. Where the system's limit is reached, raise it: sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=1024`,
  );
}

type Held = {
  readonly changes: Changes;
  readonly warm: WarmSnapshot;
  readonly kept: KeptAnswers;
};

function servedOf(settings: DashboardSettings, { changes, warm, kept }: Held): Served {
  const { workspace, callOn, pages, actions, readOnly, say, callApart } = settings;
  const shown = { ...workspace, snapshot: () => warm.current() };
  return {
    workspace: shown,
    fresh: () => workspace.snapshot(),
    touch: () => warm.touch(),
    pages: [...PAGES, ...pages],
    actions: [...ACTIONS, ...actions],
    readOnly,
    say,
    reach: reachOf(settings.place),
    sessions: new Sessions(workspace),
    done: new DoneForms(workspace),
    turns: new Room(1),
    changes,
    kept,
    callApart,
    call: callOn(shown),
    act: callOn(workspace),
  };
}

function reachOf({ host, tls, url }: Place): Reach {
  const names = [
    ...(isIP(host) === 0 ? [host] : []),
    ...(url === undefined ? [] : [url.hostname]),
  ].map((name) => name.toLowerCase().replace(/^\[|\]$/g, ''));
  return defined({ isTls: tls !== undefined, names, url });
}

function serverOf({ tls }: Place, served: Served): Server {
  const options = {
    headersTimeout: HEADERS_MS,
    requestTimeout: REQUEST_MS,
    connectionsCheckingInterval: 1_000,
    maxHeaderSize: 16 * 1024,
    ...tls,
  };
  const { fetch } = makeApp(served);
  const server = createAdaptorServer(
    tls === undefined
      ? { fetch, serverOptions: options }
      : { fetch, createServer: createTlsServer, serverOptions: options },
  ) as Server;
  server.timeout = SILENCE_MS;
  server.maxConnections = MOST_CONNECTIONS;
  return server;
}

function urlOf({ host, tls, url }: Place, port: number): string {
  if (url !== undefined) return url.origin;
  const called = ANY_ADDRESS[host] ?? host;
  const shown = isIP(called) === 6 ? `[${called}]` : called;
  return `${tls === undefined ? 'http' : 'https'}://${shown}:${port}`;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
