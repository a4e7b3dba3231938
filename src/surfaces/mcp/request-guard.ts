/** Rejects HTTP requests to another host, from a foreign page, or without the server's token. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export type Rejection = { readonly status: 401 | 403 | 404; readonly message: string };
export type Endpoint = { readonly port: number; readonly token: string };

export const ENDPOINT = '/mcp';

/**
 * `undefined` for a request to answer. DNS rebinding shows in the Host, a foreign page in the
 * Origin.
 */
export function rejectRequest(
  { port, token }: Endpoint,
  request: { readonly url?: string | undefined; readonly headers: IncomingHttpHeaders },
): Rejection | undefined {
  const { host, origin, authorization } = request.headers;
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (host === undefined || !hosts.includes(host.toLowerCase()))
    return {
      status: 403,
      message: `the Host is "${host ?? ''}"; expected ${hosts.join(' or ')}`,
    };
  if (
    origin !== undefined &&
    !hosts.some((candidate) => origin.toLowerCase() === `http://${candidate}`)
  )
    return { status: 403, message: `the Origin "${origin}" is not allowed` };
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
