/**
 * Where other processes of this machine reach the mesh: commands and the meter, on a Unix socket of
 * this user. Only the process that is connected serves it.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { basename, join } from 'node:path';
import { announceGateway, withdrawGateway } from '../../../agents/gateway.js';
import { aborted } from '../../../kernel/aborted.js';
import { messageOf } from '../../../kernel/error.js';
import { chmodSync, rmSync } from '../../../kernel/files.js';
import { parsedJson } from '../../../kernel/parsed-json.js';
import { fitsSocket, makeOwnFolder, temporaryFolder } from '../../../workspace/own-folder.js';
import { meshDirectory } from '../identity.js';
import type { LiveNode } from '../node/live-node.js';
import type { Part } from '../node/mesh-service.js';
import { CALL_KINDS, CallError, membersOf } from './call.js';
import type { Calls } from './calls.js';
import { CALL_PATH, SCHEME } from './scheme.js';

const NAME = 'mesh.sock';
const LONGEST_REQUEST = 32 * 1024 * 1024;

/** Serves a request of its own path; returns when the response is over. */
export type Serve = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export function gatewayPart(calls: Calls, models: Serve): Part {
  return {
    begin: () => undefined,
    async run(node, signal) {
      const server = createServer((request, response) => {
        const serve = request.url === CALL_PATH ? serveCall(calls) : models;
        serve(request, response).catch((error: unknown) => {
          node.say(`${request.method} ${request.url}: ${messageOf(error)}`);
          response.destroy();
        });
      });
      server.requestTimeout = 0;
      const socket = socketPath(node);
      rmSync(socket, { force: true });
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject).listen(socket, resolve);
      });
      chmodSync(socket, 0o600);
      announceGateway(node.workspace.state, SCHEME, socket);
      await aborted(signal);
      withdrawGateway(node.workspace.state, SCHEME);
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Lines of JSON: chunks as they come, then the outcome; with `all`, one of each node. */
function serveCall(calls: Calls): Serve {
  return async (request, response) => {
    const asked = membersOf(parsedJson(await bodyOf(request)));
    const kind = CALL_KINDS.find((each) => each === asked['kind']);
    const { target, body, key, idleMs, totalMs, all } = asked;
    const line = (value: unknown): void => void response.write(`${JSON.stringify(value)}\n`);
    const route = kind === undefined ? undefined : calls.route(String(target));
    if (kind === undefined || route === undefined || route.kind === 'none') {
      const why = route?.kind === 'none' ? route.why : 'a call of a known kind was expected';
      line({ outcome: { kind: 'refused', node: '', call: '', code: 'not-found', why } });
      response.end();
      return;
    }
    const ending = new AbortController();
    response.on('close', () => ending.abort());
    const asking = {
      kind,
      body: { ...membersOf(body), ...(route.agent === '' ? {} : { agent: route.agent }) },
      idleMs: Number(idleMs),
      totalMs: Number(totalMs),
      signal: ending.signal,
      onChunk: (chunk: unknown) => line({ chunk }),
      ...(typeof key === 'string' ? { key } : {}),
    };
    const groups = all === true ? route.nodes.map((node) => [node]) : [route.nodes];
    await Promise.all(
      groups.map(async (nodes) => line({ outcome: await calls.askFirst(nodes, asking) })),
    );
    response.end();
  };
}

/** @throws CallError `too-large` */
export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += (chunk as Buffer).length;
    if (length > LONGEST_REQUEST)
      throw new CallError('too-large', `more than ${LONGEST_REQUEST} bytes`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** In a folder that has nothing else; in the temporary directory if the path is too long. */
function socketPath({ workspace: { state } }: LiveNode): string {
  const own = join(meshDirectory(state), 'socket');
  const isShort = fitsSocket(join(own, NAME));
  const folder = isShort ? own : temporaryFolder(`-mesh-${basename(state)}`);
  makeOwnFolder(folder);
  return join(folder, NAME);
}
