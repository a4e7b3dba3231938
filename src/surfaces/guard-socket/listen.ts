/** Opens and closes the socket: one server for each workspace, which replaces a dead socket. */
import { chmodSync, lstatSync, rmSync } from '../../kernel/files.js';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { basename, join } from 'node:path';
import { fitsSocket, makeOwnFolder, temporaryFolder } from '../../workspace/own-folder.js';
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

/**
 * In a folder of this user in the temporary directory if the path of the state directory is too
 * long. @throws NocturneError `CONFIG` if others can write to that folder.
 */
export function socketPath(state: string): string {
  const path = join(state, 'guard.sock');
  if (fitsSocket(path)) return path;
  const folder = temporaryFolder();
  makeOwnFolder(folder);
  return join(folder, `${basename(state)}.sock`);
}

/** Requests contain the content of files. */
const LONGEST_LINE = 32 * 1024 * 1024;

/** Splits a stream into lines, and ends the connection if a line is too long. */
export function onLines(socket: Socket, take: (line: string) => void): void {
  let parts: Buffer[] = [];
  let length = 0;
  socket.on('data', (chunk: Buffer) => {
    let rest = chunk;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      take(Buffer.concat([...parts, rest.subarray(0, end)]).toString('utf8'));
      rest = rest.subarray(end + 1);
      parts = [];
      length = 0;
    }
    if (rest.length > 0) parts.push(rest);
    length += rest.length;
    if (length > LONGEST_LINE) socket.destroy();
  });
}
