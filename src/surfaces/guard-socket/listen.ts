/** Opens and closes the socket: one server for each workspace, which replaces a dead socket. */
import { chmodSync, lstatSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { errnoOf } from '../../workspace/storage-error.js';

/** Resolves with `undefined` if another server answers. Only the owner can use the socket. */
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

/** Closes the server, and removes its socket unless another server has replaced it. */
export function unlisten(
  server: Server,
  socket: { readonly path: string; readonly ino: number },
): void {
  if (inodeOf(socket.path) === socket.ino) rmSync(socket.path, { force: true });
  // Not awaited: a client that connects at this moment must not keep the process alive.
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
