/**
 * Which HTTP requests are answered at all: to this very address, from no foreign page, with the
 * server's token.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export type Turned = { readonly status: 401 | 403 | 404; readonly message: string };
export type Door = { readonly port: number; readonly token: string };

export const ENDPOINT = '/mcp';

/**
 * @returns why not; `undefined` for a request to answer. A page in a browser that was led here
 * under another name has another Host or Origin.
 */
export function turnedAway(
  { port, token }: Door,
  request: { readonly url?: string | undefined; readonly headers: IncomingHttpHeaders },
): Turned | undefined {
  const { host, origin, authorization } = request.headers;
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (host === undefined || !hosts.includes(host.toLowerCase()))
    return {
      status: 403,
      message: `the Host "${host ?? ''}" is not this server; expected ${hosts.join(' or ')}`,
    };
  if (
    origin !== undefined &&
    !hosts.some((candidate) => origin.toLowerCase() === `http://${candidate}`)
  )
    return { status: 403, message: `requests from the Origin "${origin}" are not answered` };
  if (request.url?.split('?')[0] !== ENDPOINT)
    return { status: 404, message: `there is nothing here; the endpoint is ${ENDPOINT}` };
  const bearer = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
  if (bearer === undefined || !sameSecret(bearer, token))
    return {
      status: 401,
      message: `${bearer === undefined ? 'no token' : 'another token'}; send Authorization: Bearer and the token that nocturne mcp --http printed`,
    };
  return undefined;
}

function sameSecret(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => createHash('sha256').update(text).digest());
  return left !== undefined && right !== undefined && timingSafeEqual(left, right);
}
