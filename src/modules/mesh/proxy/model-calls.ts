/**
 * Requests of other nodes to models of this one: through the meter of this workspace, which adds
 * the key, counts, and applies the owner's limits.
 */
import { Agent, type IncomingMessage, request as requestHttp } from 'node:http';
import { StringDecoder } from 'node:string_decoder';
import type { ModelAccess } from '../../../agents/model-access.js';
import { defined } from '../../../kernel/defined.js';
import { CallError, membersOf } from '../calls/call.js';
import { pieces } from '../calls/parcels.js';
import type { CallHandler, Taken } from '../calls/taken-calls.js';
import {
  ANSWER_HEADERS,
  headersIn,
  isModelPath,
  type ModelHead,
  type ModelRequest,
  modelIn,
  REQUEST_HEADERS,
} from './model-request.js';
import type { OfferedModel } from './offered-models.js';
import type { PeerAccess } from './peer-access.js';

const agent = new Agent({ keepAlive: true });

/** @param models that the owner has signed; nothing while a page of theirs is not as signed. */
export function modelCalls(
  access: PeerAccess,
  models: () => readonly OfferedModel[] | undefined,
): CallHandler {
  return {
    isRepeatable: true,
    refusal: ({ node, from }) =>
      node.may(from, 'models') ? undefined : `${from} may not use the models here`,
    async carryOut(taken) {
      const asked = requestIn(taken.body);
      const offered = models() ?? [];
      if (asked.path === '/v1/models') return listOf(offered, taken);
      const model = offered.find((each) => each.model === asked.model);
      if (model === undefined)
        throw new CallError('not-found', `there is no model ${asked.model.slice(0, 80)} here`);
      await forward(asked, await access.of(taken.node, taken.from, model), taken);
      return {};
    },
  };
}

function listOf(offered: readonly { readonly model: string }[], { emit, node }: Taken): object {
  const data = offered.map(({ model }) => ({ id: model, object: 'model', owned_by: node.node }));
  emit({ status: 200, headers: { 'content-type': 'application/json' } } satisfies ModelHead);
  emit(JSON.stringify({ object: 'list', data, has_more: false }));
  return {};
}

/** @throws CallError `cancelled`, or `failed` where the answer ends before it is whole. */
async function forward(asked: ModelRequest, access: ModelAccess, taken: Taken): Promise<void> {
  const incoming = await send(asked, access, taken.signal);
  let head: ModelHead | undefined = {
    status: incoming.statusCode ?? 502,
    headers: headersIn(incoming.headers, ANSWER_HEADERS),
  };
  const decoder = new StringDecoder('utf8');
  let waiting = '';
  const flush = (): void => {
    const texts = waiting === '' ? [] : [...pieces(waiting)];
    waiting = '';
    if (head !== undefined)
      taken.emit({ ...head, ...defined({ text: asked.takesText ? texts.shift() : undefined }) });
    head = undefined;
    for (const text of texts) taken.emit(text);
  };
  // What arrives together leaves together: each message is signed.
  setImmediate(flush);
  for await (const bytes of incoming) {
    if (waiting === '' && head === undefined) setImmediate(flush);
    waiting += decoder.write(bytes as Buffer);
  }
  waiting += decoder.end();
  flush();
}

function send(
  { method, path, query, text, headers }: ModelRequest,
  { socket, token }: ModelAccess,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const key = path.startsWith('/v1/messages')
    ? { 'x-api-key': token }
    : { authorization: `Bearer ${token}` };
  return new Promise((resolve, reject) => {
    const outgoing = requestHttp(
      {
        ...{ socketPath: socket, method, path: `${path}${query}`, agent, signal },
        headers: {
          ...headersIn(headers, REQUEST_HEADERS),
          ...key,
          'content-length': Buffer.byteLength(text),
        },
      },
      resolve,
    );
    outgoing.on('error', () => reject(new CallError('failed', 'the meter does not answer')));
    outgoing.end(text);
  });
}

/** @throws CallError `malformed` */
function requestIn(body: unknown): ModelRequest {
  const { method, path, query, text, headers, takesText } = membersOf(body);
  const isKnown = typeof path === 'string' && isModelPath(path);
  const isQuery = typeof query === 'string' && /^(?:\?[\x21-\x7e]*)?$/.test(query);
  if (!isKnown || !isQuery || typeof text !== 'string')
    throw new CallError('malformed', 'a request to a model was expected');
  return {
    method: method === 'GET' ? 'GET' : 'POST',
    ...{ path, query, text },
    model: modelIn(text),
    headers: headersIn(membersOf(headers), REQUEST_HEADERS),
    takesText: takesText === true,
  };
}
