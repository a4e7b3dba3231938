/**
 * The socket itself: one server for each workspace, and a socket that a dead one left behind is no
 * obstacle.
 */
import { chmodSync, lstatSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { errnoOf } from '../../workspace/storage-error.js';

/**
 * Resolves with `undefined` when another server answers there. The socket is for its owner alone.
 */
export async function listen(
  path: string,
  take: (socket: Socket) => void,
): Promise<Server | undefined> {
  for (let attempt = 0; attempt < 3; attempt++) {
    const server = createServer(take);
    if (await bound(server, path)) {
      chmodSync(path, 0o600);
      return server;
    }
    if (await answers(path)) return undefined;
    rmSync(path, { force: true });
  }
  return undefined;
}

/** Closes it, and removes the socket unless another server has put its own there. */
export function unlisten(
  server: Server,
  socket: { readonly path: string; readonly ino: number },
): void {
  if (inodeOf(socket.path) === socket.ino) rmSync(socket.path, { force: true });
  // Not waited for: somebody may have connected in this very moment, and is not to hold the
  // process.
  server.close();
}

export function inodeOf(path: string): number | undefined {
  return lstatSync(path, { throwIfNoEntry: false })?.ino;
}

function bound(server: Server, path: string): Promise<boolean> {
  const before = process.umask(0o177);
  return new Promise<boolean>((resolve, reject) => {
    server.once('error', (error) =>
      errnoOf(error) === 'EADDRINUSE' ? resolve(false) : reject(error),
    );
    server.listen(path, () => resolve(true));
  }).finally(() => process.umask(before));
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
