/** Requests that reach a server on loopback from somewhere else, through the owner's browser. */
import type { IncomingHttpHeaders } from 'node:http';

/**
 * Why a request is refused; `undefined` if it is one of ours. DNS rebinding shows in the Host, a
 * foreign page in the Origin.
 */
export function foreignRequest(
  port: number,
  { host, origin }: Pick<IncomingHttpHeaders, 'host' | 'origin'>,
): string | undefined {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (host === undefined || !hosts.includes(host.toLowerCase()))
    return `the Host is "${host ?? ''}"; expected ${hosts.join(' or ')}`;
  if (origin !== undefined && !hosts.some((name) => origin.toLowerCase() === `http://${name}`))
    return `the Origin "${origin}" is not allowed`;
  return undefined;
}
