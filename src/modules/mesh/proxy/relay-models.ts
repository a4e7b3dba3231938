/**
 * Requests to models from the meter of this workspace, sent on to the node that has the model. What
 * comes back is passed on as it comes; a client that goes away ends the request there.
 */
import type { ServerResponse } from 'node:http';
import { bodyOf, type Serve } from '../calls/gateway.js';
import { type CallOutcome, membersOf } from '../calls/call.js';
import type { Calls } from '../calls/calls.js';
import {
  headersIn,
  isModelPath,
  modelIn,
  type ModelHead,
  REQUEST_HEADERS,
} from './model-request.js';

const IDLE_MS = 15 * 60_000;
const TOTAL_MS = 6 * 3_600_000;
/** Of one answer that its reader does not take. */
const MOST_WAITING = 16 * 1024 * 1024;

/** `/TARGET/v1/...`, with the target of the endpoint `mesh://TARGET`. */
const PATH = /^\/([^/?]+)(\/v1\/[^?]*)(\?.*)?$/;

export function relayModels(calls: Calls): Serve {
  return async (request, response) => {
    const [, target = '', path = '', query = ''] = PATH.exec(request.url ?? '') ?? [];
    const text = await bodyOf(request);
    const model = modelIn(text);
    if (!isModelPath(path)) return refuse(response, 404, `the mesh does not forward ${path}`);
    const route = calls.route(decodeURIComponent(target), model === '' ? {} : { model });
    if (route.kind === 'none') return refuse(response, 503, `the mesh: ${route.why}`);
    const ending = new AbortController();
    response.on('close', () => ending.abort());
    const outcome = await calls.askFirst(route.nodes, {
      kind: 'model',
      body: {
        method: request.method === 'GET' ? 'GET' : 'POST',
        ...{ path, query, model, text },
        headers: headersIn(request.headers, REQUEST_HEADERS),
        takesText: true,
      },
      idleMs: IDLE_MS,
      totalMs: TOTAL_MS,
      signal: ending.signal,
      onChunk: (data) => pass(data, { response, ending }),
    });
    finish(outcome, response);
  };
}

type Passing = { readonly response: ServerResponse; readonly ending: AbortController };

/** The first chunk is the head of the answer, the others are its text. */
function pass(data: unknown, passing: Passing): void {
  if (typeof data === 'string') return write(data, passing);
  const { status, headers, text } = membersOf(data) as Partial<ModelHead>;
  const { response } = passing;
  if (response.headersSent || typeof status !== 'number') return;
  response.writeHead(status, { ...headers });
  if (typeof text === 'string') write(text, passing);
  else response.flushHeaders();
}

function write(text: string, { response, ending }: Passing): void {
  response.write(text);
  if (response.writableLength > MOST_WAITING) ending.abort();
}

/** An answer that is not complete is cut, so that nobody takes it for the whole. */
function finish(outcome: CallOutcome, response: ServerResponse): void {
  if (outcome.kind === 'answered' && outcome.missing.length === 0 && response.headersSent) {
    response.end();
    return;
  }
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { node } = outcome;
  const why = outcome.kind === 'answered' ? 'a part of the answer is missing' : outcome.why;
  const isOurs = outcome.kind === 'refused' && outcome.code !== 'busy';
  refuse(response, isOurs ? 403 : 503, `${node}: ${why}`);
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response
    .writeHead(status, { 'content-type': 'application/json' })
    .end(JSON.stringify({ error: { message, type: 'mesh', code: 'mesh' } }));
}
