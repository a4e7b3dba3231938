/** Serves several clients over HTTP, on this machine only. */
import { randomBytes } from 'node:crypto';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { aborted } from '../../kernel/aborted.js';
import { NocturneError, messageOf } from '../../kernel/error.js';
import type { Served } from './call-tool.js';
import { answer, HttpSessions } from './http-sessions.js';
import { claimInstance, instancePath, releaseInstance } from './instance-file.js';
import { makeServer } from './make-server.js';
import { ENDPOINT, rejectRequest } from './request-guard.js';

/** Enough for the longest write, as JSON. */
const MOST_BYTES = 4 * 1024 * 1024;
const LOOPBACK = '127.0.0.1';

/** @param options.secret the token to require; default: a new token at each start. */
export async function serveHttp(
  served: Served,
  options: { readonly version: string; readonly port: number; readonly secret: string | undefined },
): Promise<void> {
  const token = options.secret ?? randomBytes(32).toString('base64url');
  const sessions = new HttpSessions(() => makeServer(served, options), { bodyBytes: MOST_BYTES });
  const server = createServer((request, response) => {
    const rejection = rejectRequest({ port: portOf(server), token }, request);
    if (rejection !== undefined) return answer(response, rejection.status, rejection.message);
    sessions.handle(request, response).catch((error: unknown) => {
      served.say(`mcp: ${messageOf(error)}`);
      if (!response.headersSent) answer(response, 500, 'the server failed to answer the request');
    });
  });
  await listen(server, options.port);
  try {
    const url = `http://${LOOPBACK}:${portOf(server)}${ENDPOINT}`;
    claimInstance(served.workspace, { url, token });
    served.say(`Serving ${served.workspace.root} at ${url}`);
    served.say(
      options.secret === undefined
        ? `Authorization: Bearer ${token}`
        : 'The token is $NOCTURNE_MCP_TOKEN.',
    );
    served.say(
      `While this server runs, the address and the token are in ${instancePath(served.workspace)}.`,
    );
    await aborted(served.signal);
  } finally {
    await sessions.close();
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
    releaseInstance(served.workspace);
  }
}

function listen(server: HttpServer, port: number): Promise<void> {
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

function portOf(server: HttpServer): number {
  return (server.address() as AddressInfo | null)?.port ?? 0;
}
