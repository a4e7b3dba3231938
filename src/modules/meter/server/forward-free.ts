/** Forwards what costs nothing: the list of models, and Anthropic's count of tokens. */
import type { Grant } from '../grant.js';
import type { Desk } from './desk.js';
import { errorResponse } from './error-shape.js';
import { bytesWithoutKey, type Credential, headersDown, headersUp } from './headers.js';
import { keyOf } from './key-of.js';
import type { Protocol } from './protocols/protocol.js';
import { targetOf } from './target-url.js';
import { cutError, unansweredError } from './unanswered-error.js';
import { readAll, sendUpstream } from './upstream.js';

const LONGEST_ANSWER = 16 * 1024 * 1024;

export async function forwardFree({
  desk,
  request,
  family,
  grant,
  credential,
}: {
  readonly desk: Desk;
  readonly request: Request;
  readonly family: Protocol['family'];
  readonly grant: Grant;
  readonly credential: Credential;
}): Promise<Response> {
  const key = keyOf(desk, grant);
  if (typeof key !== 'string') return errorResponse(family, key);
  const { pathname: path, search: query } = new URL(request.url);
  const target = targetOf(desk.state, grant.endpoint, { path, query, family });
  if ('code' in target) return errorResponse(family, target);
  const { url } = target;
  const body = await request.text();
  const bytes = Buffer.byteLength(body);
  const answered = await sendUpstream({
    method: request.method === 'GET' ? 'GET' : 'POST',
    ...target,
    headers: headersUp(request.headers, { key, scheme: credential.scheme, bytes }),
    body,
    signal: request.signal,
    patience: desk.patience,
  });
  if (answered.kind !== 'answered') return errorResponse(family, unansweredError(answered, url));
  try {
    const answer = await readAll(answered.chunks, LONGEST_ANSWER);
    const { status, headers } = answered;
    return new Response(bytesWithoutKey(answer, key), {
      status,
      headers: headersDown(headers, key),
    });
  } catch (error) {
    return errorResponse(family, cutError(error, { host: url.host, key }));
  }
}
