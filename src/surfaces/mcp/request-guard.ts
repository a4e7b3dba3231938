/** Rejects HTTP requests to another host, from a foreign page, or without the server's token. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { foreignRequest } from '../../passes/loopback-request.js';

export type Rejection = { readonly status: 401 | 403 | 404; readonly message: string };
export type Endpoint = { readonly port: number; readonly token: string };

export const ENDPOINT = '/mcp';

/** `undefined` for a request to answer. */
export function rejectRequest(
  { port, token }: Endpoint,
  request: { readonly url?: string | undefined; readonly headers: IncomingHttpHeaders },
): Rejection | undefined {
  const { authorization } = request.headers;
  const foreign = foreignRequest(port, request.headers);
  if (foreign !== undefined) return { status: 403, message: foreign };
  if (request.url?.split('?')[0] !== ENDPOINT)
    return { status: 404, message: `there is nothing at this path; the endpoint is ${ENDPOINT}` };
  const bearer = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
  if (bearer === undefined || !sameSecret(bearer, token))
    return {
      status: 401,
      message: `the token is ${bearer === undefined ? 'missing' : 'wrong'}; send Authorization: Bearer with the token that nocturne mcp --http printed`,
    };
  return undefined;
}

function sameSecret(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => createHash('sha256').update(text).digest());
  return left !== undefined && right !== undefined && timingSafeEqual(left, right);
}
