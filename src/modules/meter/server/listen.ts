/** Listens on loopback and on a Unix socket, with the same application behind both. */
import { createAdaptorServer, type ServerType } from '@hono/node-server';
import type { AddressInfo } from 'node:net';
import { chmodSync, rmSync } from '../../../kernel/files.js';
import type { MeterApp } from './app.js';
import { errnoOf } from '../../../workspace/storage-error.js';

export type Listening = {
  readonly port: number;
  /** No new connection, and no idle one. */
  stop(): void;
  /** Closes what still runs. */
  close(): void;
};

const LOOPBACK = '127.0.0.1';

/**
 * On the port, if it is free. Only the process that has claimed the meter may replace the socket.
 */
export async function listen(
  app: MeterApp,
  { socket, port }: { readonly socket: string; readonly port: number },
): Promise<Listening> {
  const [onPort, onSocket] = [serverOf(app), serverOf(app)];
  rmSync(socket, { force: true });
  const before = process.umask(0o177);
  try {
    await listening(onSocket, (done) => onSocket.listen(socket, done));
  } finally {
    process.umask(before);
  }
  chmodSync(socket, 0o600);
  const onLoopback = (wanted: number): Promise<void> =>
    listening(onPort, (done) => onPort.listen(wanted, LOOPBACK, done));
  await onLoopback(port).catch((error: unknown) => {
    if (port === 0 || errnoOf(error) !== 'EADDRINUSE') throw error;
    return onLoopback(0);
  });
  const servers = [onPort, onSocket];
  return {
    port: (onPort.address() as AddressInfo).port,
    stop() {
      for (const server of servers) server.close();
      rmSync(socket, { force: true });
    },
    close() {
      for (const server of servers)
        if ('closeAllConnections' in server) server.closeAllConnections();
    },
  };
}

function serverOf(app: MeterApp): ServerType {
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false });
  // A model may think for longer than Node waits for a whole request by default.
  if ('requestTimeout' in server) Object.assign(server, { requestTimeout: 0 });
  return server;
}

function listening(server: ServerType, begin: (done: () => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    begin(() => {
      server.off('error', reject);
      resolve();
    });
  });
}
